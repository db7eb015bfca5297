// SPDX-License-Identifier: Apache-2.0
// runs, status, stop, forget: what became of plans.
#include "runs.h"

#include "base/clock.h"
#include "base/failure.h"
#include "command.h"
#include "text/json.h"
#include "text/visible.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <iostream>

namespace replayctl {

namespace {

constexpr std::size_t most_shown = 10;

using Lost = std::vector<const spool::ReplayItem*>;

struct Summary {
    std::string name;
    std::int64_t made = 0;
    std::uint32_t rate = 0;
    spool::ReplayCounts counts;
    std::string_view state;
    std::string owner; // empty: an operator's
    std::string route;
};

std::string_view state_word(const spool::ReplayState& state, bool finished)
{
    if (state.running)
        return state.stop ? "stopping" : "running";
    if (finished)
        return "done";
    return state.results.empty() && !state.stop ? "planned" : "stopped";
}

Summary summarize(const spool::ReplayFiles& files, const spool::ReplayState& state)
{
    const spool::ReplayCounts counts = spool::counts_of(state.plan, state.results);
    return {.name = files.name,
            .made = state.plan.made,
            .rate = state.plan.rate,
            .counts = counts,
            .state = state_word(state, counts.left() == 0),
            .owner = state.plan.owner ? state.plan.owner->name : std::string(),
            .route = state.plan.route};
}

std::string line_of(const Summary& run)
{
    const std::string owner = run.owner.empty() ? "" : ", of " + text::visible(run.owner);
    const std::string route = run.route.empty() ? "" : ", by route " + run.route;
    const std::string lost = run.counts.lost == 0 ? ""
                                                  : fmt::format(", lost for {} recipients",
                                                                run.counts.lost_recipients);
    return fmt::format("{:<20}  {:<8}  {} messages, {} sent, {} lost, {} left{}{}{}\n",
                       run.name, run.state, run.counts.messages, run.counts.sent,
                       run.counts.lost, run.counts.left(), lost, owner, route);
}

void add_members(text::JsonWriter& json, const Summary& run)
{
    json.member("run", run.name);
    if (!run.owner.empty())
        json.member("owner", run.owner);
    json.member("made", run.made)
        .member("rate", run.rate)
        .member("state", run.state)
        .member("messages", run.counts.messages)
        .member("sent", run.counts.sent)
        .member("lost", run.counts.lost)
        .member("lost_recipients", run.counts.lost_recipients)
        .member("left", run.counts.left());
    if (!run.route.empty())
        json.member("route", run.route);
}

std::string json_of(const Summary& run)
{
    std::string out;
    text::JsonWriter json(out);
    json.begin_object();
    add_members(json, run);
    json.end_object();
    return out + '\n';
}

// In the order of the plan.
Lost lost_of(const spool::ReplayState& state)
{
    Lost lost;
    for (const spool::ReplayItem& item : state.plan.items) {
        const auto result = state.results.find(item.id);
        if (result != state.results.end() &&
            result->second.what == spool::ReplayResult::What::lost)
            lost.push_back(&item);
    }
    return lost;
}

std::string json_of(const Summary& run, const Lost& lost)
{
    std::string out;
    text::JsonWriter json(out);
    json.begin_object();
    add_members(json, run);
    json.key("lost_messages").begin_array();
    for (const spool::ReplayItem* const item : lost) {
        json.begin_object().member("id", item->id.text()).key("recipients").begin_array();
        for (const spool::ReplayRecipient& to : item->recipients)
            json.value(to.address);
        json.end_array().end_object();
    }
    json.end_array().end_object();
    return out + '\n';
}

std::string lines_of(const Summary& run, const Lost& lost)
{
    std::string text = line_of(run);
    for (std::size_t i = 0; i < std::min(most_shown, lost.size()); ++i) {
        std::vector<std::string_view> addresses;
        for (const spool::ReplayRecipient& to : lost[i]->recipients)
            addresses.push_back(to.address);
        text += fmt::format("lost:  {} -> {}\n", lost[i]->id.text(),
                            text::visible(fmt::format("{}", fmt::join(addresses, ", "))));
    }
    if (lost.size() > most_shown)
        text += fmt::format("       and {} more, see --json\n", lost.size() - most_shown);
    return text;
}

std::string text_of(const Call& call, const spool::ReplayFiles& files)
{
    const Summary run = summarize(files, spool::read_replay(files));
    return call.has("json") ? json_of(run) : line_of(run);
}

} // namespace

int show_runs(const Call& call, const std::string& spool,
              const std::vector<std::string>& names)
{
    std::string text;
    int failed = exit_done;
    for (const std::string& name : names)
        try {
            text += text_of(call, {spool, name});
        } catch (const base::Failure& failure) {
            if (failure.remedy() == base::Remedy::fix_arguments)
                continue; // somebody has removed it meanwhile
            std::cerr << "replayctl: " << failure.what() << '\n';
            failed = failure.exit_status();
        }
    print(text);
    if (failed != exit_done)
        return failed;
    return text.empty() ? exit_no_match : exit_done;
}

int show_status(const Call& call, const spool::ReplayFiles& files)
{
    const spool::ReplayState state = spool::read_replay(files);
    const Summary run = summarize(files, state);
    const Lost lost = lost_of(state);
    print(call.has("json") ? json_of(run, lost) : lines_of(run, lost));
    return lost.empty() ? exit_done : exit_no_match;
}

int runs(const Call& call)
{
    const Place place = enter(call);
    return show_runs(call, place.spool, spool::replay_names(place.spool));
}

int status(const Call& call)
{
    const Place place = enter(call);
    return show_status(call, run_of(call, place));
}

int stop(const Call& call)
{
    const Place place = enter(call);
    return stop_run(run_of(call, place));
}

int stop_run(const spool::ReplayFiles& files)
{
    if (!spool::read_replay(files).running) {
        std::cerr << "replayctl: " << files.name << ": is not being sent\n";
        return exit_no_match;
    }
    spool::stop_replay(files);
    return exit_done;
}

int forget(const Call& call)
{
    const Place place = enter(call);
    spool::remove_replay(run_of(call, place));
    return exit_done;
}

} // namespace replayctl
