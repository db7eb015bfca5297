// SPDX-License-Identifier: Apache-2.0
// runs, status, stop, forget: what became of plans.
#include "base/clock.h"
#include "command.h"
#include "text/json.h"

#include <fmt/format.h>

namespace replayctl {

namespace {

struct Summary {
    std::string name;
    std::int64_t made = 0;
    std::uint32_t rate = 0;
    std::size_t messages = 0;
    std::size_t sent = 0;
    std::size_t lost = 0;
    std::string_view state;

    [[nodiscard]] std::size_t left() const { return messages - sent - lost; }
};

std::string_view state_word(const spool::ReplayState& state, bool finished)
{
    if (state.running)
        return state.stop ? "stopping" : "running";
    if (finished)
        return "done";
    return state.results.empty() && !state.stop ? "planned" : "stopped";
}

Summary summarize(const spool::ReplayFiles& files)
{
    const spool::ReplayState state = spool::read_replay(files);
    Summary out{.name = files.name,
                .made = state.plan.made,
                .rate = state.plan.rate,
                .messages = state.plan.items.size(),
                .state = {}};
    for (const spool::ReplayItem& item : state.plan.items) {
        const auto result = state.results.find(item.id);
        if (result == state.results.end())
            continue;
        const bool is_sent = result->second.what == spool::ReplayResult::What::sent;
        ++(is_sent ? out.sent : out.lost);
    }
    out.state = state_word(state, out.left() == 0);
    return out;
}

std::string line_of(const Summary& run)
{
    return fmt::format("{:<20}  {:<8}  {} messages, {} sent, {} lost, {} left\n", run.name,
                       run.state, run.messages, run.sent, run.lost, run.left());
}

std::string json_of(const Summary& run)
{
    std::string out;
    text::JsonWriter json(out);
    json.begin_object()
        .member("run", run.name)
        .member("made", run.made)
        .member("rate", run.rate)
        .member("state", run.state)
        .member("messages", run.messages)
        .member("sent", run.sent)
        .member("lost", run.lost)
        .member("left", run.left())
        .end_object();
    return out + '\n';
}

std::string text_of(const Call& call, const Summary& run)
{
    return call.has("json") ? json_of(run) : line_of(run);
}

} // namespace

int runs(const Call& call)
{
    const Place place = enter(call);
    std::string text;
    for (const std::string& name : spool::replay_names(place.spool))
        text += text_of(call, summarize({place.spool, name}));
    print(text);
    return text.empty() ? exit_no_match : exit_done;
}

int status(const Call& call)
{
    const Place place = enter(call);
    print(text_of(call, summarize(run_of(call, place))));
    return exit_done;
}

int stop(const Call& call)
{
    const Place place = enter(call);
    const spool::ReplayFiles files = run_of(call, place);
    if (!spool::read_replay(files).running)
        return exit_no_match;
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
