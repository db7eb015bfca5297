// SPDX-License-Identifier: Apache-2.0
// net/loop.h - the event loop of a process: one thread, one io_context, one deadline list.
#pragma once

#include "base/clock.h"
#include "net/task.h"

#include <functional>
#include <initializer_list>
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

    // From any thread.
    void post(std::function<void()> work);
    // Starts a dialogue.  An exception that leaves it is logged as event "session-broken"
    // with `id` and ends only that dialogue.
    void spawn(std::string id, Task<void> dialogue);
    // Dialogues under way.
    [[nodiscard]] std::size_t dialogues() const;

    // Called on the loop's thread for each of these signals, as often as they come.
    void on_signal(std::initializer_list<int> signals, std::function<void(int)> handler);
    // Called every `period` until the loop ends.
    void every(base::milliseconds period, std::function<void()> work);

    [[nodiscard]] boost::asio::io_context& io();

    struct Deadlines;
    [[nodiscard]] Deadlines& deadlines();

private:
    struct State;
    std::unique_ptr<State> state_;
};

// Waits; ends early (without exception) when the loop stops.
[[nodiscard]] Task<void> sleep_for(Loop& loop, base::milliseconds time);

}  // namespace net
