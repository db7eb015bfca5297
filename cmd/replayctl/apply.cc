// SPDX-License-Identifier: Apache-2.0
// apply: sends what a plan says, at its rate; resend: plans and applies in one.
#include "base/clock.h"
#include "base/failure.h"
#include "command.h"
#include "pace.h"
#include "plan.h"
#include "sending.h"
#include "sent_before.h"
#include "spool/replay_sender.h"
#include "text/visible.h"

#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <iostream>
#include <thread>

namespace replayctl {

namespace {

constexpr base::milliseconds longest_pause{100}; // until a request to stop is seen

volatile std::sig_atomic_t interrupted = 0;

std::uint32_t rate_of(const spool::ReplayPlan& plan, const Terms& terms)
{
    if (terms.rate == 0 || plan.rate == 0)
        return std::max(terms.rate, plan.rate);
    return std::min(terms.rate, plan.rate);
}

void send_all(spool::ReplaySender& sender, const Terms& terms, Sent& sent)
{
    Pace pace(rate_of(sender.plan(), terms), base::Steady::now());
    while (!sender.done()) {
        sent.stopped = is_interrupted() || sender.must_stop();
        if (sent.stopped)
            return;
        if (const auto wait = pace.wait(base::Steady::now());
            wait > base::Steady::duration::zero()) {
            std::this_thread::sleep_for(
                std::min<base::Steady::duration>(wait, longest_pause));
            continue;
        }
        sent.refused = terms.may_send && !terms.may_send(sender.next());
        if (sent.refused)
            return;
        const std::size_t batch = terms.may_send ? 1 : pace.batch();
        pace.sent(sender.send(batch), base::Steady::now());
    }
}

spool::ReplayCounts counts_of(const spool::ReplaySender& sender)
{
    return spool::counts_of(sender.plan(), sender.results());
}

void send_and_log(spool::ReplaySender& sender, const Terms& terms, const std::string& run,
                  const Person& person, Sent& sent)
{
    log_begun(person, run, counts_of(sender));
    try {
        send_all(sender, terms, sent);
        log_ended(person, run, counts_of(sender));
    } catch (const base::Failure& failure) {
        log_ended(person, run, counts_of(sender), failure.what());
        throw;
    }
}

void print_counts(const std::string& run, const spool::ReplayCounts& counts)
{
    print(fmt::format("{}: {} sent, {} lost, {} left\n", run, counts.sent, counts.lost,
                      counts.left()));
}

// Who owns it has limits, and we do not know them here.
void refuse_users_run(const spool::ReplayFiles& files)
{
    if (const auto owner = spool::read_replay_plan(files).owner)
        throw base::Failure(base::Remedy::fix_arguments,
                            fmt::format("the run {} is of {}, who alone applies it",
                                        files.name, text::visible(owner->name)));
}

// An operator has no limits of his own.
Terms terms_of(const Call& call, const Place& place)
{
    Terms terms;
    if (!call.has("again"))
        terms.others = spool::replay_names(place.spool);
    return terms;
}

} // namespace

void catch_signals()
{
    struct sigaction action{};
    action.sa_handler = [](int) { interrupted = 1; };
    (void)::sigaction(SIGINT, &action, nullptr);
    (void)::sigaction(SIGTERM, &action, nullptr);
}

bool is_interrupted()
{
    return interrupted != 0;
}

Sent send(const spool::ReplayFiles& files, const Place& place, const Terms& terms)
{
    catch_signals();
    spool::ReplaySender sender(files, place.writer, place.uidl, terms.ends);
    // Locked by us now: of two that send the same at least one hears of the other.
    if (!sender.plan().again)
        refuse_what_others_sent(files, sender.plan(), sender.results(), terms.others);
    const std::size_t before = counts_of(sender).sent;
    Sent sent;
    try {
        send_and_log(sender, terms, files.name, place.person, sent);
    } catch (const base::Failure&) {
        print_counts(files.name, counts_of(sender));
        throw;
    }
    sent.counts = counts_of(sender);
    sent.now = sent.counts.sent - before;
    print_counts(files.name, sent.counts);
    if (sent.stopped)
        std::cerr << fmt::format("replayctl: stopped: replayctl apply {} goes on\n",
                                 files.name);
    if (sent.counts.lost > 0)
        std::cerr << fmt::format("replayctl: {} messages for {} recipients had left the "
                                 "log: replayctl status {} says which\n",
                                 sent.counts.lost, sent.counts.lost_recipients, files.name);
    return sent;
}

int exit_status_of(const Sent& sent)
{
    const bool finished = !sent.stopped && !sent.refused;
    return finished && sent.counts.lost == 0 ? exit_done : exit_no_match;
}

int apply(const Call& call)
{
    const Place place = enter(call);
    const spool::ReplayFiles files = run_of(call, place);
    refuse_users_run(files);
    return exit_status_of(send(files, place, terms_of(call, place)));
}

int resend(const Call& call)
{
    if (call.has("dry-run"))
        return plan(call);
    const Place place = enter(call);
    const Planned planned = make_plan(call, place);
    if (planned.plan.items.empty()) {
        print(describe(planned, {}));
        return exit_no_match;
    }
    const std::string name = spool::make_replay(place.spool, planned.plan);
    log_made(place.person, name, planned.plan);
    print(describe(planned, name));
    return std::max(exit_status_of(planned), exit_status_of(send({place.spool, name}, place,
                                                                 terms_of(call, place))));
}

} // namespace replayctl
