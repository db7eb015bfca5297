// SPDX-License-Identifier: Apache-2.0
// tkuev-ctl status: what needs a person now.  Noted in the audit log like everything else.
#include "base/failure.h"
#include "clock.h"
#include "handed_over.h"
#include "handover/desk.h"
#include "handover/gaps.h"
#include "handover/notices.h"
#include "handover/outages.h"
#include "handover/publication.h"
#include "li/event.h"
#include "li/notice.h"
#include "li/proposal.h"
#include "li/words.h"
#include "office.h"
#include "text/json.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <map>
#include <ranges>

namespace tkuev {

namespace {

// What a person should do about a measure.
struct Task {
    std::string measure;
    std::string what;
    li::Time when = 0;
};

constexpr li::Time soon = 7 * li::day;
constexpr li::Time certificate_notice = 14 * li::day; // it takes two persons, and a letter
constexpr li::Time usual_wait = 300 * li::second;     // far more than a round takes
constexpr int oldest = 20; // items, of which an event tells since when they wait
constexpr std::size_t digest_digits = 12; // that name an image

// Gathers the tasks of one measure.
class Tasks {
public:
    Tasks(const li::Measure& measure, li::Time now, std::vector<Task>& all)
        : measure_(measure), now_(now), state_(li::state_at(measure, now)),
          going_(li::next_change(measure, now)), all_(all)
    {
    }

    void of_life();
    void of_letters(li::Time effective); // 0: it has not taken effect
    void of_disturbances(li::Time last_gap, const handover::Outage& outage);
    // `published`: when the servers were told first; `trouble`: as tkuev-exportd(8) has it.
    void of_effect(li::Time published, const std::string& trouble, li::Time renewal);
    void of_certificate(std::span<const li::Authority> authorities);
    void of_discs(db::HandoverWork& work);
    // What is owed is tried again by itself; a person looks at the way.
    void of_stream(Office& office, db::Stream stream);

private:
    void add(std::string what, li::Time when)
    {
        all_.push_back({li::hex(measure_.handle), std::move(what), when});
    }

    const li::Measure& measure_;
    li::Time now_;
    li::State state_;
    bool going_; // it has not ended
    std::vector<Task>& all_;
};

void Tasks::of_life()
{
    const li::Time end = li::end_of(measure_);
    if (state_ == li::State::awaiting_approval)
        add("approve or reject", li::begin_of(measure_));
    if (state_ == li::State::awaiting_provisioning)
        add("activate", li::begin_of(measure_));
    if (const auto due = li::original_due(measure_, now_); going_ && due)
        add("confirm: the original is missing", *due);
    else if (going_ && end < now_ + soon)
        add("ends soon", end);
    for (const li::Proposal& proposal : measure_.life.proposals)
        if (li::is_open(proposal, measure_, now_))
            add("somebody else: " + proposal.act + " as proposed, or leave it",
                li::lapses(proposal));
    if (state_ != measure_.life.state)
        add("settle", end);
}

void Tasks::of_effect(li::Time published, const std::string& trouble, li::Time renewal)
{
    if (!li::may_cover(measure_, now_))
        return;
    const li::Time armed = measure_.life.activated;
    if (!trouble.empty())
        add("not carried out: " + trouble, armed);
    else if (published == 0 && armed + renewal + usual_wait < now_)
        add("not carried out: the servers were not told; does tkuev-exportd run?", armed);
}

void Tasks::of_letters(li::Time effective)
{
    const li::Life& life = measure_.life;
    if (life.activated == 0 || life.forgotten != 0)
        return;
    const bool never = effective == 0 && !going_; // which the letter of the end says, too
    if (life.told_begin == 0 && !(never && life.told_end != 0))
        add("notice set-up", life.activated);
    // The letter of set-up says how things were then; that of the end not all between.
    const li::Time changed = li::last_change(measure_, now_);
    if (life.told_begin != 0 && changed > std::max(life.activated, life.told_change))
        add("notice change", changed);
    if (!going_ && life.told_end == 0)
        add("notice end", life.ended != 0 ? life.ended : li::end_of(measure_));
}

void Tasks::of_disturbances(li::Time last_gap, const handover::Outage& outage)
{
    const li::Life& life = measure_.life;
    if (life.activated == 0 || life.forgotten != 0)
        return;
    if (last_gap > life.told_disturbance)
        add("notice disturbance: content was destroyed", last_gap);
    if (outage.recovered > life.told_disturbance)
        add("notice disturbance: carried out again; it was not since " +
                li::official(outage.begin),
            outage.recovered);
    else if (is_open(outage) && outage.begin > life.told_disturbance)
        add("notice disturbance: not wholly carried out", outage.begin);
}

// Content goes on to be sealed for it, but the authority may not have its key any more.
void Tasks::of_certificate(std::span<const li::Authority> authorities)
{
    const auto its =
        std::ranges::find(authorities, measure_.authority, &li::Authority::name);
    if (!going_ || !measure_.seal_to_authority || its == authorities.end())
        return;
    try {
        const li::Time end = end_of_certificate(*its);
        if (end != 0 && end < now_ + certificate_notice && end < li::end_of(measure_))
            add("the certificate of " + its->name +
                    (end <= now_ ? " has expired" : " expires") +
                    ": ask for another one, authority add",
                end);
    } catch (const base::Failure&) { // of_effect() tells it
    }
}

// Contents are destroyed at their deadline.  What waited before a measure was redirected is
// still to be handed over.
void Tasks::of_discs(db::HandoverWork& work)
{
    std::map<std::string, li::Time> deadlines; // of what is on no image, and on each
    for (const db::StoredFile& file : work.stored(measure_.handle)) {
        li::Time& deadline = deadlines.try_emplace(file.image, 0).first->second;
        if (file.deadline != 0 && (deadline == 0 || file.deadline < deadline))
            deadline = file.deadline;
    }
    for (const auto& [image, deadline] : deadlines)
        add(image.empty() ? "make a disc"
                          : "hand over disc " + image.substr(0, digest_digits),
            deadline);
}

// Of the last attempt: "192.0.2.9:21: connection refused"; empty if there was none.
std::string trouble_of(const std::vector<handover::LedgerEntry>& attempts,
                       const std::vector<db::HandoverParcel>& owed)
{
    for (const handover::LedgerEntry& attempt : std::views::reverse(attempts))
        for (const db::HandoverParcel& parcel : owed)
            if (attempt.get("parcel") == std::to_string(parcel.id)) {
                const std::string peer = attempt.get("peer");
                return (peer.empty() ? "" : peer + ": ") + attempt.get("why");
            }
    return "";
}

// Since when the oldest is there; of notices, the first of which says that the measure was
// set up, nothing else is known.
li::Time waits_since(const std::vector<db::HandoverItem>& waiting,
                     const li::Measure& measure)
{
    for (const db::HandoverItem& item : waiting)
        if (const auto event = li::decode(item.text);
            item.form == db::HandoverItem::Form::event && event)
            return event->time;
    return waiting.empty() ? 0 : measure.life.activated;
}

std::string last_trouble(Office& office, const li::Measure& measure,
                         const std::vector<db::HandoverParcel>& owed)
{
    static constexpr std::string_view acts[] = {"attempt"};
    const auto attempts = ledger_lines(office, measure, acts);
    return attempts ? trouble_of(*attempts, owed) : attempts.error();
}

void Tasks::of_stream(Office& office, db::Stream stream)
{
    const std::string what = stream == db::Stream::iri ? "event data" : "content";
    std::vector<db::HandoverParcel> owed;
    std::vector<db::HandoverItem> waiting;
    {
        db::HandoverWork work(office.handover());
        owed = work.parcels(measure_.handle, stream);
        waiting = work.waiting(measure_.handle, stream, oldest);
    }
    const std::string trouble = owed.empty() ? "" : last_trouble(office, measure_, owed);
    const li::Time since =
        owed.empty() ? waits_since(waiting, measure_) : owed.front().made;
    if (!trouble.empty())
        add(what + " not handed over: " + trouble, since);
    else if (since != 0 && since + usual_wait < now_)
        add(what + " not handed over: exportd.log says why", since);
}

std::vector<Task> tasks_of(Office& office)
{
    // Whoever hands over has made it; we only look.
    const bool handed =
        std::filesystem::exists(handover::places_of(office.settings()).store);
    std::vector<Task> all;
    try {
        if (handed)
            write_ledgers(office);
    } catch (
        const base::Failure& failure) { // what else there is to do is told all the same
        all.push_back({"", failure.what(), 0});
    }
    const std::vector<li::Authority> authorities = office.measures().authorities();
    for (const li::Authority& authority : authorities)
        if (const auto* proposal = li::open_proposal(authority, office.now()))
            all.push_back({"",
                           "somebody else: certificates of " + authority.name +
                               " as proposed, or leave it",
                           li::lapses(*proposal)});
    for (const li::Measure& measure : office.all()) {
        Tasks tasks(measure, office.now(), all);
        tasks.of_life();
        tasks.of_certificate(authorities);
        const li::Time renewal = office.settings().renewal * li::second;
        if (!handed) {
            tasks.of_effect(0, "", renewal);
            tasks.of_letters(0);
            continue;
        }
        {
            db::HandoverWork work(office.handover());
            tasks.of_effect(handover::first_published(work, measure.handle),
                            handover::why_unpublished(work, measure.handle), renewal);
            tasks.of_letters(handover::took_effect(work, measure));
            tasks.of_disturbances(handover::last_gap(work, measure.handle),
                                  handover::last_outage(work, measure.handle));
            tasks.of_discs(work);
        }
        tasks.of_stream(office, db::Stream::iri);
        tasks.of_stream(office, db::Stream::cc);
    }
    return all;
}

void print_json(const std::vector<Task>& tasks, bool synchronised)
{
    std::string text;
    text::JsonWriter out(text);
    out.begin_object().member("clock-synchronised", synchronised);
    out.key("tasks").begin_array();
    for (const Task& task : tasks) {
        out.begin_object().member("measure", task.measure).member("what", task.what);
        if (task.when != 0)
            out.member("when", li::official(task.when));
        out.end_object();
    }
    out.end_array().end_object();
    std::cout << text << '\n';
}

void print_text(const std::vector<Task>& tasks, bool synchronised)
{
    std::cout << "clock: " << (synchronised ? "" : "not ") << "synchronised\n";
    for (const Task& task : tasks)
        std::cout << fmt::format("{}  {}{}{}\n", task.measure.substr(0, 8), task.what,
                                 task.when == 0 ? "" : ", ", li::official(task.when));
}

} // namespace

int status(const Call& call)
{
    Office office(call);
    return office.perform(entry_of("measure-status", ""),
                          [&](const std::string&) -> li::Done {
                              const std::vector<Task> tasks = tasks_of(office);
                              if (call.has("json"))
                                  print_json(tasks, clock_is_synchronised());
                              else
                                  print_text(tasks, clock_is_synchronised());
                              return {};
                          });
}

} // namespace tkuev
