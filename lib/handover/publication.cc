// SPDX-License-Identifier: Apache-2.0
#include "handover/publication.h"

#include "base/clock.h"
#include "base/failure.h"
#include "handover/ledger.h"
#include "handover/outages.h"
#include "li/words.h"
#include "tap/match_list.h"
#include "tap/room.h"

#include <algorithm>
#include <chrono>
#include <set>
#include <string_view>
#include <tuple>
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
std::string set_recipient(tap::Target& target, const std::string& certificate)
{
    if (certificate.empty())
        return "";
    try {
        target.recipient = seal::Certificate::parse(certificate, "authority").der();
        return "";
    } catch (const base::Failure& failure) {
        target.content = false;
        return std::string("no content: ") + failure.what();
    }
}

tap::Target target_of(const db::Publication& publication)
{
    tap::Target target;
    target.measure = publication.handle;
    target.begin = publication.begin;
    target.end = publication.end;
    target.content = publication.scope == li::Scope::iri_and_cc;
    return target;
}

// An address may be a login as well.
std::set<std::string_view> names_of(const db::Publication& publication)
{
    std::set<std::string_view> names;
    for (const auto& name : publication.names)
        names.insert(name.canonical);
    return names;
}

std::string fact_of(const li::Handle& measure)
{
    return "published/" + li::hex(measure);
}

std::string trouble_of(const li::Handle& measure)
{
    return "unpublished/" + li::hex(measure);
}

void note_first(Desk& desk, const std::vector<db::Publication>& publications,
                std::int64_t now)
{
    for (const db::Publication& publication : publications) {
        const std::string fact = fact_of(publication.handle);
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

void note_failure(Desk& desk, db::HandoverWork& work, const li::Handle& measure,
                  const std::string& why, std::int64_t now)
{
    if (first_published(work, measure) != 0) // else it is not set up yet
        begin_outage(work, measure, now);
    note(work, measure, now, "unpublished", {{"why", why}});
    desk.say("measure " + li::hex(measure) + ": " + why);
}

// What keeps a measure that is to be in the list from being carried out; empty: nothing
// does, or does any more.
void note_trouble(Desk& desk, const li::Handle& measure, const std::string& why,
                  std::int64_t now)
{
    db::HandoverWork work(desk.store);
    const std::string fact = trouble_of(measure);
    const std::string before = work.fact(fact);
    const bool open = is_open(last_outage(work, measure));
    if (before == why && (!why.empty() || !open))
        return;
    work.put_fact(fact, why);
    if (!why.empty()) {
        note_failure(desk, work, measure, why, now);
    } else {
        end_outage(work, measure, now);
        if (first_published(work, measure) != now) // else it has just been noted
            note(work, measure, now, "republished", {});
        desk.say("measure " + li::hex(measure) + ": it is carried out");
    }
    work.commit();
}

// What is to be in no list has no trouble.  An outage goes on if it comes back.
void forget_trouble(Desk& desk, const li::Handle& measure)
{
    db::HandoverWork work(desk.store);
    work.put_fact(trouble_of(measure), "");
    work.commit();
}

} // namespace

std::string why_unpublished(db::HandoverWork& work, const li::Handle& measure)
{
    return work.fact(trouble_of(measure));
}

std::int64_t first_published(db::HandoverWork& work, const li::Handle& measure)
{
    const std::string time = work.fact(fact_of(measure));
    return time.empty() ? 0 : std::stoll(time);
}

Publisher::Sources::Sources(const Desk& desk)
    : vault(desk.places.vault_key), measures(desk.places.measures, vault),
      aliases(desk.settings.general.database, rules_of(desk.tkuev))
{
}

// In the last list there was; of us, or of who was here before us.
std::set<li::Handle> Publisher::in_last_list(const Publications& all) const
{
    std::set<li::Handle> were_in;
    if (time_ != 0) {
        for (const db::Publication& one : ready_)
            were_in.insert(one.handle);
        return were_in;
    }
    db::HandoverWork work(desk_.store);
    for (const db::Publication& one : all)
        if (first_published(work, one.handle) != 0 && !told_.contains(one.handle))
            were_in.insert(one.handle);
    return were_in;
}

// As who was here before us noted them.
Publisher::Troubles Publisher::noted_before() const
{
    const std::vector<db::StoredMeasure> all = sources_->measures.all();
    Troubles noted;
    db::HandoverWork work(desk_.store);
    for (const db::StoredMeasure& stored : all)
        if (std::string why = why_unpublished(work, stored.measure.handle); !why.empty())
            noted[stored.measure.handle] = std::move(why);
    return noted;
}

// Who was in the list stays in it, then who came first.
Publisher::Publications Publisher::in_order(Publications all) const
{
    const std::set<li::Handle> were_in = in_last_list(all);
    std::ranges::sort(all, {}, [&](const db::Publication& one) {
        return std::tuple(!were_in.contains(one.handle), one.begin, one.handle);
    });
    return all;
}

void Publisher::prepare(std::int64_t now)
{
    if (!sources_)
        sources_ = std::make_unique<Sources>(desk_);
    if (time_ == 0)
        told_ = noted_before();
    tap::Room room(desk_.tkuev.identities);
    Publications ready;
    Troubles troubles;
    for (db::Publication& one :
         in_order(db::publications(sources_->measures, sources_->aliases, now))) {
        tap::Target target = target_of(one);
        std::string& trouble = troubles[one.handle];
        trouble = set_recipient(target, one.certificate);
        if (const auto taken = room.take(target, names_of(one)))
            ready.push_back(std::move(one));
        else
            trouble = taken.error();
    }
    ready_ = std::move(ready);
    troubles_ = std::move(troubles);
    time_ = now;
    tap::prepare_list(desk_.tkuev.spool,
                      tap::make_list(room, desk_.opener.certificate, now), now);
}

void Publisher::put()
{
    tap::put_list(desk_.tkuev.spool);
    note_first(desk_, ready_, time_);
    for (const auto& [measure, why] : troubles_)
        if (const auto told = told_.find(measure);
            told == told_.end() || told->second != why)
            note_trouble(desk_, measure, why, time_);
    for (const auto& [measure, why] : told_)
        if (!why.empty() && !troubles_.contains(measure))
            forget_trouble(desk_, measure);
    told_ = troubles_;
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
