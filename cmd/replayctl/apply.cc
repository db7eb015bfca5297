// SPDX-License-Identifier: Apache-2.0
// apply: sends what a plan says, at its rate; resend: plans and applies in one.
#include "base/clock.h"
#include "command.h"
#include "pace.h"
#include "plan.h"
#include "spool/replay_sender.h"

#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <thread>

namespace replayctl {

namespace {

constexpr base::milliseconds longest_pause{100}; // until a request to stop is seen

volatile std::sig_atomic_t interrupted = 0;

void catch_signals()
{
    struct sigaction action{};
    action.sa_handler = [](int) { interrupted = 1; };
    (void)::sigaction(SIGINT, &action, nullptr);
    (void)::sigaction(SIGTERM, &action, nullptr);
}

// False: it was asked to stop.
bool send_all(spool::ReplaySender& sender)
{
    Pace pace(sender.plan().rate, base::Steady::now());
    while (!sender.done()) {
        if (interrupted != 0 || sender.must_stop())
            return false;
        if (const auto wait = pace.wait(base::Steady::now());
            wait > base::Steady::duration::zero()) {
            std::this_thread::sleep_for(
                std::min<base::Steady::duration>(wait, longest_pause));
            continue;
        }
        pace.sent(sender.send(pace.batch()), base::Steady::now());
    }
    return true;
}

int send(const spool::ReplayFiles& files, const Place& place)
{
    catch_signals();
    spool::ReplaySender sender(files, place.writer);
    const bool finished = send_all(sender);
    const spool::ReplayCounts counts = spool::counts_of(sender.plan(), sender.results());
    print(fmt::format("{}: {} sent, {} lost, {} left\n", files.name, counts.sent,
                      counts.lost, counts.left()));
    return finished && counts.lost == 0 ? exit_done : exit_no_match;
}

} // namespace

int apply(const Call& call)
{
    const Place place = enter(call);
    return send(run_of(call, place), place);
}

int resend(const Call& call)
{
    const Place place = enter(call);
    const Planned planned = make_plan(call, place);
    if (planned.plan.items.empty()) {
        print(describe(planned, {}));
        return exit_no_match;
    }
    const std::string name = spool::make_replay(place.spool, planned.plan);
    print(describe(planned, name));
    return send({place.spool, name}, place);
}

} // namespace replayctl
