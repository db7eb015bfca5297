// SPDX-License-Identifier: Apache-2.0
// net/loop.cc - one thread, one io_context, and what all dialogues of a process share.
#include "net/loop.h"

#include "base/log.h"
#include "net/deadlines.h"
#include "net/stream.h"

#include <boost/asio/bind_executor.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <csignal>
#include <cstddef>
#include <mutex>
#include <utility>
#include <vector>

namespace net {

namespace asio = boost::asio;

namespace {

struct Signals {
    Signals(asio::io_context& io, std::function<void(int)> h)
        : set(io), handler(std::move(h))
    {
    }
    asio::signal_set set;
    std::function<void(int)> handler;
};

struct Periodic {
    Periodic(asio::io_context& io, base::milliseconds p, std::function<void()> w)
        : timer(io), period(p), work(std::move(w))
    {
    }
    asio::steady_timer timer;
    base::milliseconds period;
    std::function<void()> work;
};

} // namespace

// The order of the members is the order of dying, from below: dialogues that are still
// suspended die with `parked` and `io`; their streams take themselves off `deadlines`.
struct Loop::State {
    State() : deadlines([this] { start_ticking(); }) {}

    Deadlines deadlines;
    std::list<std::function<void()>> nudged;
    std::size_t dialogues = 0;
    bool stopping = false;
    bool ticking = false;

    std::mutex mutex; // guards `posted`
    std::vector<std::move_only_function<void()>> posted;
    std::vector<std::move_only_function<void()>> running;

    asio::io_context io{1};
    asio::steady_timer tick{io};
    std::list<Signals> signals;
    std::list<Periodic> periodics;
    Parked parked;

    void start_ticking();
    void wait_tick();
    void run_posted();
    void wait_signal(Signals& signals_of);
    void wait_period(Periodic& periodic);
    void nudge();
    void ended(const std::string& id, const std::exception_ptr& error);
};

void Loop::State::start_ticking()
{
    if (std::exchange(ticking, true))
        return;
    tick.expires_after(Deadlines::tick);
    wait_tick();
}

void Loop::State::wait_tick()
{
    tick.async_wait([this](const boost::system::error_code& error) {
        if (!error)
            deadlines.advance(base::Steady::now());
        ticking = !error && deadlines.size() > 0;
        if (!ticking)
            return;
        tick.expires_after(Deadlines::tick);
        wait_tick();
    });
}

// Takes what is there now; what this work posts runs in the next round, so that sockets
// get their turn.
void Loop::State::run_posted()
{
    {
        const std::lock_guard lock(mutex);
        running.swap(posted);
    }
    for (auto& work : running)
        work();
    running.clear();
}

void Loop::State::wait_signal(Signals& signals_of)
{
    signals_of.set.async_wait(
        [this, &signals_of](const boost::system::error_code& error, int number) {
            if (error)
                return;
            signals_of.handler(number);
            nudge();
            wait_signal(signals_of);
        });
}

void Loop::State::wait_period(Periodic& periodic)
{
    periodic.timer.expires_after(periodic.period);
    periodic.timer.async_wait([this, &periodic](const boost::system::error_code& error) {
        if (error)
            return;
        periodic.work();
        wait_period(periodic);
    });
}

void Loop::State::nudge()
{
    // A woken coroutine runs later, never within this loop: entries stay where they are.
    for (const auto& wake : nudged)
        wake();
}

void Loop::State::ended(const std::string& id, const std::exception_ptr& error)
{
    --dialogues;
    if (dialogues == 0 && deadlines.size() == 0)
        tick.cancel(); // nothing to do need not wait for the next tick
    if (!error)
        return;
    try {
        std::rethrow_exception(error);
    } catch (const PeerGone&) {
    } catch (const TimedOut&) {
    } catch (const TlsFailure& failure) {
        base::log(base::Level::info, "tls-broken", id,
                  {{"error", std::string_view(failure.what())}});
    } catch (const std::exception& exception) {
        base::log(base::Level::error, "session-broken", id,
                  {{"error", std::string_view(exception.what())}});
    }
}

Loop::Loop() : state_(std::make_unique<State>())
{
    // Writing to a peer that is gone is an error code, never a signal.
    std::signal(SIGPIPE, SIG_IGN);
}

Loop::~Loop() = default;

void Loop::run()
{
    state_->stopping = false;
    state_->io.restart();
    state_->io.run();
}

void Loop::stop()
{
    state_->stopping = true;
    state_->nudge();
    asio::post(state_->io, [this] { state_->io.stop(); });
}

bool Loop::stopping() const
{
    return state_->stopping;
}

void Loop::post(std::move_only_function<void()> work)
{
    bool first = false;
    {
        const std::lock_guard lock(state_->mutex);
        first = state_->posted.empty();
        state_->posted.push_back(std::move(work));
    }
    if (first)
        asio::post(state_->io, [state = state_.get()] { state->run_posted(); });
}

void Loop::spawn(std::string id, Task<void> dialogue)
{
    ++state_->dialogues;
    asio::co_spawn(state_->io, std::move(dialogue),
                   [state = state_.get(), id = std::move(id)](
                       const std::exception_ptr& error) { state->ended(id, error); });
}

std::size_t Loop::dialogues() const
{
    return state_->dialogues;
}

void Loop::on_signal(std::initializer_list<int> numbers, std::function<void(int)> handler)
{
    Signals& entry = state_->signals.emplace_back(state_->io, std::move(handler));
    for (const int number : numbers)
        entry.set.add(number);
    state_->wait_signal(entry);
}

void Loop::every(base::milliseconds period, std::function<void()> work)
{
    state_->wait_period(
        state_->periodics.emplace_back(state_->io, period, std::move(work)));
}

asio::io_context& Loop::io()
{
    return state_->io;
}

Loop::Parked::iterator Loop::park(std::move_only_function<void()> resume)
{
    state_->parked.push_front(std::move(resume));
    return state_->parked.begin();
}

void Loop::unpark(Parked::iterator parked)
{
    const auto resume =
        std::make_unique<std::move_only_function<void()>>(std::move(*parked));
    state_->parked.erase(parked);
    (*resume)();
}

Loop::Nudged::Nudged(Loop& loop, std::function<void()> wake)
    : all_(loop.state_->nudged), place_(all_.insert(all_.end(), std::move(wake)))
{
}

Loop::Nudged::~Nudged()
{
    all_.erase(place_);
}

void Loop::nudge()
{
    state_->nudge();
}

Loop::Deadlines& Loop::deadlines()
{
    return state_->deadlines;
}

Task<void> sleep_for(Loop& loop, base::milliseconds time)
{
    asio::steady_timer timer(loop.io(), time);
    const Loop::Nudged until_stop(loop, [&] {
        if (loop.stopping())
            timer.cancel();
    });
    boost::system::error_code ignored;
    co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
}

} // namespace net
