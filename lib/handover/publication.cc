// SPDX-License-Identifier: Apache-2.0
#include "handover/publication.h"

#include "base/clock.h"
#include "base/failure.h"
#include "handover/ledger.h"
#include "li/words.h"
#include "tap/match_list.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace handover {

namespace {

// Before its time a list is made ready; what is entered later waits for the next.
constexpr std::int64_t ahead = li::second / 2;
constexpr std::int64_t at_once = li::second / 5;
constexpr std::int64_t longest_renewal = li::day; // or the clock was set back

li::Rules rules_of(const conf::Tkuev& settings)
{
    const std::string& separator = settings.detail_separator;
    return {.fold_case = settings.fold_local_part,
            .detail_separator = separator.empty() ? '\0' : separator[0]};
}

// A certificate that cannot be read costs its measure the content, which nobody may have in
// the clear, and no other measure anything.
tap::Target target_of(Desk& desk, const db::Publication& publication,
                      std::set<li::Handle>& told)
{
    tap::Target target;
    target.measure = publication.handle;
    target.begin = publication.begin;
    target.end = publication.end;
    target.content = publication.scope == li::Scope::iri_and_cc;
    if (publication.certificate.empty())
        return target;
    try {
        target.recipient =
            seal::Certificate::parse(publication.certificate, "authority").der();
        told.erase(publication.handle);
    } catch (const base::Failure& failure) {
        if (told.insert(publication.handle).second)
            desk.say("measure " + li::hex(publication.handle) + ": " + failure.what());
        target.content = false;
    }
    return target;
}

std::vector<tap::Interest> interests_of(Desk& desk,
                                        const std::vector<db::Publication>& publications,
                                        std::set<li::Handle>& told)
{
    std::vector<tap::Interest> all;
    for (const db::Publication& publication : publications) {
        const tap::Target target = target_of(desk, publication, told);
        std::set<std::string_view> names; // an address may be a login as well
        for (const auto& name : publication.names)
            if (names.insert(name.canonical).second)
                all.push_back({name.canonical, target});
    }
    return all;
}

// When the servers were told of a measure for the first time.
void note_first(Desk& desk, const std::vector<db::Publication>& publications,
                std::int64_t now)
{
    for (const db::Publication& publication : publications) {
        const std::string fact = "published/" + li::hex(publication.handle);
        db::HandoverWork work(desk.store);
        if (!work.fact(fact).empty())
            continue;
        work.put_fact(fact, std::to_string(now));
        note(work, publication.handle, now, "published",
             {{"begin", std::to_string(publication.begin)},
              {"end", std::to_string(publication.end)}});
        work.commit();
    }
}

} // namespace

Publisher::Sources::Sources(const Desk& desk)
    : vault(desk.places.vault_key), measures(desk.places.measures, vault),
      aliases(desk.settings.general.database, rules_of(desk.tkuev))
{
}

void Publisher::prepare(std::int64_t now)
{
    if (!sources_)
        sources_ = std::make_unique<Sources>(desk_);
    ready_ = db::publications(sources_->measures, sources_->aliases, now);
    time_ = now;
    tap::prepare_list(desk_.tkuev.spool,
                      tap::make_list(interests_of(desk_, ready_, told_),
                                     desk_.tkuev.identities, desk_.opener.certificate, now),
                      now);
}

void Publisher::put()
{
    tap::put_list(desk_.tkuev.spool);
    note_first(desk_, ready_, time_);
}

template <class Work>
bool Publisher::guarded(const Work& work)
{
    try {
        work();
        trouble_.clear();
        return true;
    } catch (const std::exception& error) {
        if (trouble_ != error.what())
            desk_.say(std::string("publish: ") + error.what());
        trouble_ = error.what();
        sources_.reset();
        return false;
    }
}

void Publisher::start()
{
    guarded([this] {
        prepare(base::wall_microseconds());
        put();
    });
    thread_ = std::jthread([this](const std::stop_token& stop) { work(stop); });
}

void Publisher::work(const std::stop_token& stop)
{
    const std::int64_t period = desk_.tkuev.renewal * li::second;
    while (!stop.stop_requested()) {
        const std::int64_t turn = (base::wall_microseconds() / period + 1) * period;
        wait_until(turn - std::min(ahead, period / 2), stop);
        const bool ready = guarded([&] { prepare(turn); });
        wait_until(turn, stop);
        if (ready && !stop.stop_requested())
            guarded([this] { put(); });
    }
}

// The clock may be set meanwhile: not too long at once.
void Publisher::wait_until(std::int64_t time, const std::stop_token& stop)
{
    std::unique_lock lock(mutex_);
    while (!stop.stop_requested()) {
        const std::int64_t left = time - base::wall_microseconds();
        if (left <= 0 || left > longest_renewal)
            return;
        never_.wait_for(lock, stop, std::chrono::microseconds(std::min(left, at_once)),
                        [] { return false; });
    }
}

} // namespace handover
