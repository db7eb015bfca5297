// SPDX-License-Identifier: Apache-2.0
#include "own_commands.h"

#include "base/clock.h"
#include "base/failure.h"
#include "delivery/expansion.h"
#include "list.h"
#include "own_terms.h"
#include "runs.h"
#include "sending.h"
#include "text/json.h"

#include <fmt/format.h>

#include <array>

namespace replayctl {

namespace {

constexpr std::int64_t second = 1'000'000;

// No other recipients, and nothing of who brought it: that is not his to know.
std::string json_line(const OwnFound& found)
{
    const spool::Envelope& envelope = found.message.envelope;
    std::string out;
    text::JsonWriter json(out);
    json.begin_object()
        .member("id", envelope.id.text())
        .member("arrival", envelope.arrival / second)
        .member("size", found.message.size)
        .member("sender", envelope.sender);
    json.key("recipients").begin_array();
    for (const std::string& address : found.addresses)
        json.value(address);
    json.end_array().end_object();
    return out + '\n';
}

int own_list(const Call& call, const Caller& caller, Done& done)
{
    const std::vector<OwnFound> found = find_own(call, caller);
    done.count = found.size();
    std::string text;
    for (const OwnFound& one : found)
        if (call.has("json"))
            text += json_line(one);
        else
            text += call.has("ids") ? one.message.envelope.id.text() + '\n'
                                    : list_line(one.message, one.addresses);
    print(text);
    return found.empty() ? exit_no_match : exit_done;
}

int own_plan(const Call& call, const Caller& caller, Done& done)
{
    const Planned planned = plan_own(call, caller);
    done.count = planned.plan.items.size();
    if (!planned.plan.items.empty() && !call.has("dry-run"))
        done.run = keep_own(caller, planned);
    print(call.has("json") ? describe_json(planned, done.run)
                           : describe(planned, done.run));
    return planned.plan.items.empty() ? exit_no_match : exit_done;
}

// To him and nobody besides: copies of his mail were made when it came.
std::set<std::string> ends_of(const Caller& caller)
{
    std::set<std::string> ends;
    for (const std::string& address : caller.addresses)
        if (delivery::expands(address, caller.facts))
            ends.insert(address);
    return ends;
}

std::size_t sent_of(const spool::ReplayFiles& files)
{
    const spool::ReplayState state = spool::read_replay(files);
    return spool::counts_of(state.plan, state.results).sent;
}

Sent send_on(const spool::ReplayFiles& files, const Call& call, const Caller& caller,
             OwnTerms& terms, Done& done)
{
    const std::size_t before = sent_of(files);
    try {
        const Sent sent =
            send(files, caller.place,
                 {.rate = caller.limits.rate,
                  .may_send =
                      [&](const spool::ReplayItem& next) { return terms.may_send(next); },
                  .ends = ends_of(caller),
                  .others = call.has("again")
                                ? std::vector<std::string>()
                                : spool::replay_names(caller.place.spool, caller.who)});
        done.count = sent.now;
        return sent;
    } catch (const base::Failure& failure) {
        if (failure.remedy() != base::Remedy::start_service) // else somebody else sends it
            done.count = sent_of(files) - before;
        throw;
    }
}

int send_own(const spool::ReplayFiles& files, const Call& call, const Caller& caller,
             Done& done)
{
    done.count = 0; // from here on it is what was sent
    OwnTerms terms(files, caller);
    const Sent sent = send_on(files, call, caller, terms, done);
    if (sent.refused)
        terms.refuse();
    return exit_status_of(sent);
}

int own_resend(const Call& call, const Caller& caller, Done& done)
{
    if (call.has("dry-run"))
        return own_plan(call, caller, done);
    const Planned planned = plan_own(call, caller);
    if (!planned.plan.items.empty())
        done.run = keep_own(caller, planned);
    print(describe(planned, done.run));
    if (planned.plan.items.empty())
        return exit_no_match;
    return send_own({caller.place.spool, done.run}, call, caller, done);
}

spool::ReplayFiles own_run(const Call& call, const Caller& caller, Done& done)
{
    spool::ReplayFiles files = run_of(call, caller.place);
    spool::require_owner(files, caller.who);
    done.run = files.name;
    return files;
}

int own_apply(const Call& call, const Caller& caller, Done& done)
{
    return send_own(own_run(call, caller, done), call, caller, done);
}

int own_runs(const Call& call, const Caller& caller, Done& done)
{
    const auto names = spool::replay_names(caller.place.spool, caller.who);
    done.count = names.size();
    return show_runs(call, caller.place.spool, names);
}

int own_status(const Call& call, const Caller& caller, Done& done)
{
    return show_status(call, own_run(call, caller, done));
}

int own_stop(const Call& call, const Caller& caller, Done& done)
{
    return stop_run(own_run(call, caller, done));
}

int own_forget(const Call& call, const Caller& caller, Done& done)
{
    spool::remove_replay(own_run(call, caller, done));
    return exit_done;
}

struct OwnCommand {
    std::string_view name;
    int (*run)(const Call& call, const Caller& caller, Done& done);
};

constexpr std::array own_commands{
    OwnCommand{"list", own_list},   OwnCommand{"plan", own_plan},
    OwnCommand{"apply", own_apply}, OwnCommand{"resend", own_resend},
    OwnCommand{"runs", own_runs},   OwnCommand{"status", own_status},
    OwnCommand{"stop", own_stop},   OwnCommand{"forget", own_forget},
};

} // namespace

int run_own(const std::string& command, const Call& call, const Caller& caller, Done& done)
{
    for (const OwnCommand& one : own_commands)
        if (one.name == command)
            return one.run(call, caller, done);
    throw base::Failure(base::Remedy::get_permission, command + ": not for users");
}

} // namespace replayctl
