// SPDX-License-Identifier: Apache-2.0
// tkuev-ctl list, show, status: reading.  Noted in the audit log like everything else.
#include "base/failure.h"
#include "clock.h"
#include "li/proposal.h"
#include "li/words.h"
#include "office.h"
#include "print.h"
#include "text/json.h"

#include <fmt/format.h>

#include <algorithm>
#include <iostream>
#include <map>

namespace tkuev {

namespace {

std::string first_identity(const li::Measure& measure)
{
    if (measure.identities.empty())
        return {};
    const std::size_t more = measure.identities.size() - 1;
    return measure.identities.front().entered +
           (more == 0 ? "" : fmt::format(" (+{})", more));
}

std::vector<li::Measure> all_by_begin(Office& office)
{
    std::vector<li::Measure> all;
    for (db::StoredMeasure& stored : office.measures().all())
        all.push_back(std::move(stored.measure));
    std::ranges::sort(all, [](const li::Measure& a, const li::Measure& b) {
        return std::pair(li::begin_of(a), a.handle) < std::pair(li::begin_of(b), b.handle);
    });
    return all;
}

void print_row(const li::Measure& measure, li::Time now)
{
    std::cout << fmt::format("{}  {:<21}  {:<25}  {}  {}  {}{}{}\n", short_name(measure),
                             li::name(li::state_at(measure, now)), measure.reference,
                             li::official(li::begin_of(measure)),
                             li::official(li::end_of(measure)), first_identity(measure),
                             measure.test ? "  test" : "",
                             li::provisional(measure) ? "  provisional" : "");
}

// What a person should do about a measure.
struct Task {
    std::string measure;
    std::string what;
    li::Time when = 0;
};

constexpr li::Time soon = 7 * li::day;

void tasks_of(const li::Measure& measure, li::Time now, std::vector<Task>& tasks)
{
    const auto add = [&](std::string what, li::Time when) {
        tasks.push_back({li::hex(measure.handle), std::move(what), when});
    };
    const li::State state = li::state_at(measure, now);
    const bool going = li::next_change(measure, now).has_value();
    const li::Time end = li::end_of(measure);
    if (state == li::State::awaiting_approval)
        add("approve or reject", li::begin_of(measure));
    if (state == li::State::awaiting_provisioning)
        add("activate", li::begin_of(measure));
    if (state == li::State::error)
        add("repair, then activate", 0);
    if (const auto due = li::original_due(measure, now); going && due)
        add("confirm: the original is missing", *due);
    else if (going && end < now + soon)
        add("ends soon", end);
    for (const li::Proposal& proposal : measure.life.proposals)
        if (li::is_open(proposal, measure, now))
            add("somebody else: " + proposal.act + " as proposed, or leave it",
                li::lapses(proposal));
    if (state != measure.life.state)
        add("settle", end);
    if (measure.life.activated == 0)
        return;
    if (measure.life.told_begin == 0)
        add("notice set-up", measure.life.activated);
    if (!going && measure.life.told_end == 0)
        add("notice end", measure.life.ended != 0 ? measure.life.ended : end);
}

bool goes_by_disc(const li::Measure& measure)
{
    return measure.iri.method == li::Method::cd ||
           (measure.cc && measure.cc->method == li::Method::cd);
}

// Discs that are due; contents are destroyed at their deadline.
void discs_of(Office& office, const li::Measure& measure, std::vector<Task>& tasks)
{
    if (!goes_by_disc(measure))
        return;
    std::map<std::string, li::Time> deadlines; // of what is on no image, and on each
    for (const db::StoredFile& file :
         db::HandoverWork(office.handover()).stored(measure.handle)) {
        li::Time& deadline = deadlines.try_emplace(file.image, 0).first->second;
        if (file.deadline != 0 && (deadline == 0 || file.deadline < deadline))
            deadline = file.deadline;
    }
    for (const auto& [image, deadline] : deadlines)
        tasks.push_back(
            {li::hex(measure.handle),
             image.empty() ? "make a disc" : "hand over disc " + image.substr(0, 12),
             deadline});
}

std::string json_of_tasks(const std::vector<Task>& tasks, bool synchronised)
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
    return text;
}

} // namespace

int list(const Call& call)
{
    Office office(call);
    const auto state = li::named<li::State>(call.get("state"));
    if (call.has("state") && !state)
        throw base::Failure(base::Remedy::fix_arguments,
                            "--state: must be one of: " + li::names<li::State>());
    return office.perform(
        entry_of("measure-list", ""), [&](const std::string&) -> li::Done {
            std::string json;
            for (const li::Measure& measure : all_by_begin(office)) {
                if (state && li::state_at(measure, office.now()) != *state)
                    continue;
                if (!call.has("json"))
                    print_row(measure, office.now());
                json += (json.empty() ? "" : ",") + json_of(measure, office.now());
            }
            if (call.has("json"))
                std::cout << '[' << json << "]\n";
            return {};
        });
}

int show(const Call& call)
{
    Office office(call);
    audit::Entry entry = entry_of("measure-show", "no such measure");
    std::optional<db::StoredMeasure> stored;
    std::string trouble;
    try {
        stored = office.find(call.operands.at(0));
        entry = entry_of("measure-show", stored->measure);
    } catch (const base::Failure& failure) {
        trouble = failure.what();
    }
    return office.perform(entry, [&](const std::string&) -> li::Done {
        if (!stored)
            return std::unexpected(trouble);
        if (call.has("json"))
            std::cout << json_of(stored->measure, office.now()) << '\n';
        else
            print_measure(std::cout, stored->measure, office.now());
        return {};
    });
}

int status(const Call& call)
{
    Office office(call);
    return office.perform(
        entry_of("measure-status", ""), [&](const std::string&) -> li::Done {
            std::vector<Task> tasks;
            for (const li::Measure& measure : all_by_begin(office)) {
                tasks_of(measure, office.now(), tasks);
                discs_of(office, measure, tasks);
            }
            const bool synchronised = clock_is_synchronised();
            if (call.has("json")) {
                std::cout << json_of_tasks(tasks, synchronised) << '\n';
                return {};
            }
            std::cout << "clock: " << (synchronised ? "" : "not ") << "synchronised\n";
            for (const Task& task : tasks)
                std::cout << fmt::format("{}  {}{}{}\n", task.measure.substr(0, 8),
                                         task.what, task.when == 0 ? "" : ", ",
                                         li::official(task.when));
            return {};
        });
}

} // namespace tkuev
