// SPDX-License-Identifier: Apache-2.0
// handover/lane.h - the way to one destination: a courier of its own, and turns on the
// threads of a crew, so that one that hangs holds up no other.
#pragma once

#include "base/clock.h"
#include "db/handover.h"
#include "handover/content_files.h"
#include "handover/courier.h"
#include "handover/crew.h"
#include "handover/desk.h"
#include "handover/parcels.h"

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <stop_token>
#include <string>

namespace handover {

// Throws base::Failure: what this machine has for that destination cannot be used.
[[nodiscard]] std::unique_ptr<Courier>
make_courier(const Desk& desk, const li::Measure& measure, const li::Destination& where);

inline constexpr base::seconds first_pause{1}; // after an attempt that failed
inline constexpr base::seconds longest_pause{60};
// Whoever has more to carry than that goes on after the others.
inline constexpr base::seconds longest_turn{1};

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

class Lane : public Errand {
public:
    Lane(Desk& desk, Offers& offers, std::unique_ptr<Courier> courier);

    // There is something for these.
    void wake(std::set<db::HandoverWork::Owed> owed);
    // There is something to do, or the connection has to be tended.
    [[nodiscard]] bool is_due();
    // Nothing is to be done, or it was tried and has to wait.
    [[nodiscard]] bool resting();
    bool turn(const std::stop_token& stop) override;

private:
    using Owed = db::HandoverWork::Owed;
    enum class Progress : std::uint8_t { all, some, failed };
    // When the next attempt may be made, and how long to wait after that one.
    struct Rest {
        base::SteadyTime until{};
        base::seconds next = first_pause;
        void longer();
    };
    [[nodiscard]] bool may_go() const; // with the lock
    [[nodiscard]] std::set<Owed> begin_turn();
    [[nodiscard]] bool turn_is_over() const;
    [[nodiscard]] Owed take_next(std::set<Owed>& all);
    bool serve(const Owed& owed, const std::stop_token& stop);
    Progress carry(const Owed& owed, const std::stop_token& stop);
    void settle_offer(const Owed& owed, std::unique_ptr<Offers::Offer> offer);
    Desk& desk_;
    Offers& offers_;
    std::unique_ptr<Courier> courier_;
    ContentFiles files_;
    std::mutex mutex_; // guards owed_, rest_, tended_
    std::set<Owed> owed_;
    Rest rest_; // of the destination
    base::SteadyTime tended_{};
    // Of who has the turn:
    base::SteadyTime turn_ends_{};
    std::optional<Owed> served_last_;
    std::map<Owed, Rest>
        troubled_; // cannot be made ready here: not the destination's fault
};

class Lanes {
public:
    explicit Lanes(Desk& desk) : desk_(desk) {}

    // Wakes the lanes of whoever is owed something, and makes those that are missing.
    void tick();
    [[nodiscard]] bool resting();
    void stop();

private:
    void wake();
    void open(const std::string& key, const li::Measure& measure,
              const li::Destination& where);

    Desk& desk_;
    Offers offers_;
    std::map<std::string, std::unique_ptr<Lane>> lanes_; // by destination
    Crew crew_; // last: everything that it works with is there before it
};

} // namespace handover
