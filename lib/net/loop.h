// SPDX-License-Identifier: Apache-2.0
// net/loop.h - the event loop of a process: one thread, one io_context, one deadline list.
#pragma once

#include "base/clock.h"
#include "net/task.h"

#include <functional>
#include <initializer_list>
#include <list>
#include <memory>
#include <string>

namespace boost::asio {
class io_context;
}

namespace net {

class Loop {
public:
    Loop();
    ~Loop();

    // Runs until stop() or until nothing is left to do.
    void run();
    void stop();
    [[nodiscard]] bool stopping() const;

    // From any thread; work posted in a burst costs one wake-up.
    void post(std::move_only_function<void()> work);
    // Starts a dialogue.  An exception that leaves it is logged as event "session-broken"
    // with `id` and ends only that dialogue; PeerGone and TimedOut just end it.
    void spawn(std::string id, Task<void> dialogue);
    // Dialogues under way.
    [[nodiscard]] std::size_t dialogues() const;

    // Called on the loop's thread for each of these signals, as often as they come.  After
    // the handler every accept_loop() asks again whether it should end.
    void on_signal(std::initializer_list<int> signals, std::function<void(int)> handler);
    // Called every `period` until the loop ends.
    void every(base::milliseconds period, std::function<void()> work);

    [[nodiscard]] boost::asio::io_context& io();

    // A coroutine that waits for something only we know, by way of its completion handler.
    // Parked handlers are dropped, not called, when the loop is destroyed.
    using Parked = std::list<std::move_only_function<void()>>;
    [[nodiscard]] Parked::iterator park(std::move_only_function<void()> resume);
    void unpark(Parked::iterator parked); // resumes it, on the loop's thread

    // Things that wait and should look again whether to go on: called after each signal and
    // by nudge().  The returned object ends the registration.
    class Nudged {
    public:
        Nudged(Loop& loop, std::function<void()> wake);
        ~Nudged();
        Nudged(const Nudged&) = delete;
        Nudged& operator=(const Nudged&) = delete;

    private:
        std::list<std::function<void()>>& all_;
        std::list<std::function<void()>>::iterator place_;
    };
    void nudge();

    struct Deadlines;
    [[nodiscard]] Deadlines& deadlines();

private:
    struct State;
    std::unique_ptr<State> state_;
};

// Waits; ends early (without exception) when the loop stops.
[[nodiscard]] Task<void> sleep_for(Loop& loop, base::milliseconds time);

} // namespace net
