// SPDX-License-Identifier: Apache-2.0
// apply: sends what a plan says, at its rate; resend: plans and applies in one.
#include "base/clock.h"
#include "command.h"
#include "plan.h"
#include "spool/replay_sender.h"

#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <thread>

namespace replayctl {

namespace {

constexpr std::size_t most_at_once = 256;
constexpr std::uint32_t batches_a_second = 10;
constexpr base::milliseconds longest_pause{100}; // until a request to stop is seen

volatile std::sig_atomic_t interrupted = 0;

void catch_signals()
{
    struct sigaction action{};
    action.sa_handler = [](int) { interrupted = 1; };
    (void)::sigaction(SIGINT, &action, nullptr);
    (void)::sigaction(SIGTERM, &action, nullptr);
}

// Lets through so many in a second, from now on.
class Pace {
public:
    explicit Pace(std::uint32_t rate) : rate_(rate) {}

    [[nodiscard]] std::size_t batch() const
    {
        return rate_ == 0
                   ? most_at_once
                   : std::clamp<std::size_t>(rate_ / batches_a_second, 1, most_at_once);
    }
    void sent(std::size_t count) { sent_ += count; }
    [[nodiscard]] base::Steady::duration wait() const
    {
        if (rate_ == 0)
            return {};
        const auto due = begin_ + base::microseconds(sent_ * 1'000'000 / rate_);
        return std::max(due - base::Steady::now(), base::Steady::duration::zero());
    }

private:
    std::uint32_t rate_;
    base::SteadyTime begin_ = base::Steady::now();
    std::uint64_t sent_ = 0;
};

// False: it was asked to stop.
bool send_all(spool::ReplaySender& sender)
{
    Pace pace(sender.plan().rate);
    while (!sender.done()) {
        if (interrupted != 0 || sender.must_stop())
            return false;
        if (const auto wait = pace.wait(); wait > base::Steady::duration::zero()) {
            std::this_thread::sleep_for(
                std::min<base::Steady::duration>(wait, longest_pause));
            continue;
        }
        pace.sent(sender.send(pace.batch()));
    }
    return true;
}

int send(const spool::ReplayFiles& files, const Place& place)
{
    catch_signals();
    spool::ReplaySender sender(files, place.writer);
    const bool finished = send_all(sender);
    std::size_t lost = 0;
    for (const auto& [id, result] : sender.results())
        lost += result.what == spool::ReplayResult::What::lost ? 1 : 0;
    const std::size_t over = sender.results().size();
    print(fmt::format("{}: {} sent, {} lost, {} left\n", files.name, over - lost, lost,
                      sender.plan().items.size() - over));
    return finished ? exit_done : exit_no_match;
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
