// SPDX-License-Identifier: Apache-2.0
// handover/lane.h - the way to one destination: a thread and a courier of its own, so that
// one that hangs holds up no other.
#pragma once

#include "base/clock.h"
#include "db/handover.h"
#include "handover/content_files.h"
#include "handover/courier.h"
#include "handover/desk.h"
#include "handover/parcels.h"

#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>

namespace handover {

// Throws base::Failure: what this machine has for that destination cannot be used.
[[nodiscard]] std::unique_ptr<Courier>
make_courier(const Desk& desk, const li::Measure& measure, const li::Destination& where);

inline constexpr base::seconds first_pause{1}; // after an attempt that failed
inline constexpr base::seconds longest_pause{60};

// What came of parcels and is not noted yet: the disk may fail just then, and what was
// delivered must not be once more, whichever way the measure goes meanwhile.
//
// Threads: any.
class Offers {
public:
    using Owed = db::HandoverWork::Owed;
    struct Offer {
        Loaded loaded;
        Outcome outcome;
    };
    void put(const Owed& owed, std::unique_ptr<Offer> offer);
    // Null: all is noted.
    [[nodiscard]] std::unique_ptr<Offer> take(const Owed& owed);

private:
    std::mutex mutex_;
    std::map<Owed, std::unique_ptr<Offer>> offers_;
};

class Lane {
public:
    Lane(Desk& desk, Offers& offers, std::unique_ptr<Courier> courier);
    ~Lane(); // ends it, soon
    Lane(const Lane&) = delete;
    Lane& operator=(const Lane&) = delete;

    // There is something for these.
    void wake(std::set<db::HandoverWork::Owed> owed);
    // Nothing is to be done, or it was tried and has to wait.
    [[nodiscard]] bool resting();

private:
    using Owed = db::HandoverWork::Owed;
    // When the next attempt may be made, and how long to wait after that one.
    struct Rest {
        base::SteadyTime until{};
        base::seconds next = first_pause;
        void longer();
    };
    void work(const std::stop_token& stop);
    [[nodiscard]] std::set<Owed> wait(std::stop_token stop);
    bool serve(const Owed& owed, const std::stop_token& stop);
    bool carry(const Owed& owed, const std::stop_token& stop);
    void settle_offer(const Owed& owed, std::unique_ptr<Offers::Offer> offer);
    Desk& desk_;
    Offers& offers_;
    std::unique_ptr<Courier> courier_;
    ContentFiles files_;
    std::mutex mutex_; // guards owed_, resting_
    std::condition_variable_any news_;
    std::set<Owed> owed_;
    bool resting_ = true;
    Rest rest_; // of the destination
    std::map<Owed, Rest>
        troubled_;        // cannot be made ready here: not the destination's fault
    std::jthread thread_; // last: everything else is there before it
};

class Lanes {
public:
    explicit Lanes(Desk& desk) : desk_(desk) {}

    // Wakes the lanes of whoever is owed something, and makes those that are missing.
    void tick();
    [[nodiscard]] bool resting();
    void stop() { lanes_.clear(); }

private:
    void open(const std::string& key, const li::Measure& measure,
              const li::Destination& where);

    Desk& desk_;
    Offers offers_;
    std::map<std::string, std::unique_ptr<Lane>> lanes_; // by destination
};

} // namespace handover
