// SPDX-License-Identifier: Apache-2.0
// handover/crew.h - the threads that hand over, as many as there will ever be.
//
// Everybody can see how many threads a process has: so they are there from the start,
// whether there are destinations or not.  An errand to a peer that hangs has one of them to
// itself; when all hang, the others get their turns in the order in which they came.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <set>
#include <stop_token>
#include <thread>
#include <vector>

namespace handover {

// So many destinations may hang before others have to wait.
inline constexpr std::size_t crew_size = 32;

// What is done again and again, by one thread at a time.
class Errand {
public:
    Errand() = default;
    virtual ~Errand() = default;
    Errand(const Errand&) = delete;
    Errand& operator=(const Errand&) = delete;

    // Bounded in time; soon over when `stop` is asked for.  True: there is more to do,
    // after those who wait.
    [[nodiscard]] virtual bool turn(const std::stop_token& stop) = 0;
};

// Threads: any.
class Crew {
public:
    explicit Crew(std::size_t size = crew_size);
    ~Crew() { stop(); }
    Crew(const Crew&) = delete;
    Crew& operator=(const Crew&) = delete;

    // It gets a turn that begins after now.  It outlives the crew, or stop().
    void call(Errand& errand);
    // It waits for a turn, or has one.
    [[nodiscard]] bool has(Errand& errand);
    // What is under way ends; nobody gets a turn any more.
    void stop();

private:
    void work();
    [[nodiscard]] Errand* next();
    [[nodiscard]] bool is_waiting(Errand& errand) const; // with the lock
    void ended(Errand& errand, bool more);

    std::stop_source stop_;
    std::mutex mutex_; // guards what follows
    std::condition_variable_any news_;
    std::deque<Errand*> waiting_;
    std::set<Errand*> working_;
    std::set<Errand*> again_;           // called while they had a turn
    std::vector<std::jthread> threads_; // last: everything else is there before them
};

} // namespace handover
