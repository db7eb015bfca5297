// SPDX-License-Identifier: Apache-2.0
// approve, reject, confirm, suspend, resume, end, settle: acts that change a measure and
// need nothing but it.  What may be done stands in li/life.h.
#include "by_two.h"
#include "db/publications.h"
#include "handover/desk.h"
#include "handover/publication.h"
#include "office.h"

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <map>

namespace tkuev {

int approve(const Call& call)
{
    return change_measure(
        call, "measure-approve",
        [](Office& office, li::Measure& measure, const std::string& mark) {
            const li::Rulings rulings{.second_person = office.settings().second_person};
            return li::approve(measure, office.now(), mark, rulings);
        });
}

int reject(const Call& call)
{
    const std::string reason = text_option(call, "reason");
    return change_measure(
        call, "measure-reject",
        [&](Office& office, li::Measure& measure, const std::string& mark) {
            return li::reject(measure, office.now(), mark, reason, call.has("invalid"));
        });
}

// Otherwise one person alone could keep a measure going whose original never came.
int confirm(const Call& call)
{
    const li::Time given = time_option(call, "arrived", 0);
    const ByTwo by_two{
        .act = "confirm",
        .decide =
            [given](Office& office, li::Measure& measure) {
                const li::Time arrived =
                    given == 0 ? first_wanted(office, measure, "confirm") : given;
                return li::confirm(measure, office.now(), arrived);
            },
        .content = [given](const li::Measure&) { return std::to_string(given); }};
    return change_by_two(call, by_two);
}

int suspend(const Call& call)
{
    return change_measure(call, "measure-suspend",
                          [](Office& office, li::Measure& measure, const auto&) {
                              return li::suspend(measure, office.now());
                          });
}

int resume(const Call& call)
{
    return change_measure(call, "measure-resume",
                          [](Office& office, li::Measure& measure, const auto&) {
                              return li::resume(measure, office.now());
                          });
}

int end(const Call& call)
{
    const std::string reason = text_option(call, "reason");
    return change_measure(
        call, "measure-end",
        [&](Office& office, li::Measure& measure, const std::string& mark) {
            return li::end(measure, office.now(), mark, reason);
        });
}

namespace {

int write_ends(Office& office)
{
    int worst = exit_done;
    for (const db::StoredMeasure& stored : db::due(office.measures(), office.now())) {
        audit::Entry entry = entry_of("measure-expire", stored.measure);
        entry.end = li::official(stored.measure.life.ended);
        entry.detail += " reason=" + stored.measure.life.end_reason;
        const int status = office.perform(entry, [&](const std::string&) -> li::Done {
            office.measures().change(stored);
            return {};
        });
        worst = std::max(worst, status);
    }
    return worst;
}

using Troubles = std::map<li::Handle, std::string>; // empty text: none

// What tkuev-exportd(8) has found out since: that a measure is not carried out.  It has
// made the store; we only look.
Troubles troubles_of(Office& office, const std::vector<db::StoredMeasure>& all)
{
    Troubles troubles;
    std::error_code unknown; // is as good as not there
    if (!std::filesystem::exists(handover::places_of(office.settings()).store, unknown))
        return troubles;
    db::HandoverWork work(office.handover());
    for (const db::StoredMeasure& stored : all)
        troubles[stored.measure.handle] =
            handover::why_unpublished(work, stored.measure.handle);
    return troubles;
}

int write_trouble(Office& office, db::StoredMeasure stored, const std::string& why)
{
    const li::State state = li::state_at(stored.measure, office.now());
    if (state != li::State::active && state != li::State::error)
        return exit_done;
    const bool fails = state == li::State::active;
    if (fails == why.empty())
        return exit_done;
    audit::Entry entry =
        entry_of(fails ? "measure-fail" : "measure-recover", stored.measure);
    if (fails)
        entry.detail += " reason=" + why;
    return office.perform(entry, [&](const std::string& person) -> li::Done {
        li::Measure& measure = stored.measure;
        const li::Done done =
            fails ? li::fail(measure, office.now(), why)
                  : li::activate(measure, office.now(), mark_of(person, measure));
        if (done)
            office.measures().change(stored);
        return done;
    });
}

int exit_of(const base::Failure& failure)
{
    std::cerr << "tkuev-ctl: " << failure.what() << '\n';
    return failure.exit_status();
}

int write_troubles(Office& office, const std::vector<db::StoredMeasure>& all)
{
    Troubles troubles;
    try {
        troubles = troubles_of(office, all);
    } catch (const base::Failure& failure) { // the next round looks
        return exit_of(failure);
    }
    int worst = exit_done;
    for (const db::StoredMeasure& stored : all)
        if (const auto trouble = troubles.find(stored.measure.handle);
            trouble != troubles.end())
            worst = std::max(worst, write_trouble(office, stored, trouble->second));
    return worst;
}

// When a measure was forgotten somebody may have read it at that moment, or we were killed.
int destroy_remains(Office& office, const std::vector<db::StoredMeasure>& all)
{
    if (std::ranges::none_of(all, [](const db::StoredMeasure& stored) {
            return stored.measure.life.forgotten != 0;
        }))
        return exit_done;
    try {
        office.measures().destroy_remains();
        return exit_done;
    } catch (const base::Failure& failure) { // the next round tries again
        return exit_of(failure);
    }
}

} // namespace

int settle(const Call& call)
{
    Office office(call);
    int worst = write_ends(office);
    const std::vector<db::StoredMeasure> all = office.measures().all();
    worst = std::max(worst, write_troubles(office, all));
    return std::max(worst, destroy_remains(office, all)); // which others may hold up
}

} // namespace tkuev
