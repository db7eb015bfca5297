// SPDX-License-Identifier: Apache-2.0
// tkuev-ctl forget: destroys the order of a measure that is over, with everything that says
// who was watched, when nothing of it is owed to anybody any more.  Ledger and numbers
// stay.
#include "audit/refusal.h"
#include "by_two.h"
#include "handed_over.h"
#include "handover/desk.h"
#include "handover/notices.h"

#include <filesystem>

namespace tkuev {

namespace {

// What the servers have still caught may be on its way.
constexpr li::Time on_its_way = li::day;

bool is_owed(db::HandoverWork& work, const li::Handle& measure)
{
    for (const db::Stream stream : {db::Stream::iri, db::Stream::cc})
        if (!work.parcels(measure, stream).empty() ||
            !work.waiting(measure, stream, 1).empty())
            return true;
    return !work.stored(measure).empty();
}

li::Done may_go(Office& office, const li::Measure& measure)
{
    const li::Life& life = measure.life;
    if (life.activated == 0 || life.forgotten != 0)
        return {};
    if (life.told_end == 0)
        return std::unexpected("cannot forget: the letter of its end was not written");
    if (office.now() < life.ended + on_its_way)
        return std::unexpected("cannot forget: it ended less than a day ago");
    if (!std::filesystem::exists(handover::places_of(office.settings()).store))
        return {}; // nothing was ever handed over
    {
        db::HandoverWork work(office.handover());
        if (!handover::told_of_end(work, measure.handle))
            return std::unexpected("cannot forget: tkuev-exportd has not seen its end");
        if (is_owed(work, measure.handle))
            return std::unexpected("cannot forget: not all of it is handed over");
    }
    if (const auto lines = ledger_lines(office, measure, {}); !lines)
        return std::unexpected("cannot forget: " + lines.error());
    return {};
}

// What is destroyed is noted as done by now: that it is still to be found elsewhere is no
// failure of that act, and no use that was refused.
void destroy_remains(const Call& call)
{
    try {
        Office(call).measures().destroy_remains();
    } catch (const base::Failure& failure) {
        throw audit::KnownFailure(failure);
    }
}

} // namespace

int forget(const Call& call)
{
    const ByTwo by_two{.act = std::string(li::forgetting),
                       .decide = [](Office& office, li::Measure& measure) -> li::Done {
                           const li::Measure before = measure;
                           if (li::Done done = li::forget(measure, office.now()); !done)
                               return done;
                           return may_go(office, before);
                       },
                       .content = [](const li::Measure&) { return ""; }};
    const int status = change_by_two(call, by_two);
    if (status == exit_done)
        destroy_remains(call);
    return status;
}

} // namespace tkuev
