// SPDX-License-Identifier: Apache-2.0
// delivery/attempt.h - a message that is being looked at: from its routing to its results.
//
// An Attempt lives while any of its recipients stands in a ready list or is being talked
// about; it is the only thing that holds an envelope in memory.  A Job is its part for one
// destination.
#pragma once

#include "delivery/route.h"
#include "spool/queue_entry.h"
#include "spool/reader.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace delivery {

// What became of one recipient and still has to be noted (and perhaps reported).
struct Settled {
    std::uint32_t recipient = 0;
    spool::RecipientState state = spool::RecipientState::waiting;
    std::string reason; // "relay: 451 4.7.1 later"
    smtp::EnhancedStatus status;
    std::string host;       // who said so; empty: we did
    std::string diagnostic; // its words
    bool relayed = false;   // delivered to a next hop without DSN
    bool tried = true;      // false: nobody has been asked for it
    bool listed = false;    // stands in its destination's list, which wakes it
    bool quiet = false;     // nothing new: not worth a line in the results
    bool suspect = false;   // refused for ever, which the guard does not believe yet
};

[[nodiscard]] inline Settled still_waits(std::string reason, smtp::EnhancedStatus status)
{
    Settled out;
    out.reason = std::move(reason);
    out.status = status;
    return out;
}

struct Attempt {
    spool::MessageId id;
    spool::Location where;
    // The file is opened by the first job that needs it.  Read from the log just now, it
    // is known already where the bytes are.
    spool::Message message;
    bool released = false;  // an operator let it go although its domain is on hold
    bool anew = false;      // whom the guard held back before is tried like anybody else
    std::size_t groups = 0; // jobs that are not over
    std::uint32_t busy = 0; // conversations, reports, expansions under way
    bool withdrawn = false; // by an operator, before its turn came: nothing counts any more
    bool broken = false;    // one of its jobs will never be over
    bool rerouted = false;  // what it waits for stands in the timetable already
    bool due_again = false; // its time came while it was looked at for another reason
    std::int64_t due_at = 0; // of the entry, when this began
    std::vector<Settled> settled;
    std::string destination; // the latest one that somebody waits for
    // Wanted, in seconds; nothing: when its destinations live again if it waits only for
    // such, else as the schedule says.
    std::optional<std::int64_t> next_attempt;
    std::vector<std::uint32_t> on_hold;   // recipients whose domain keeps them ...
    std::string on_hold_why;              // ... and which that is
    std::vector<std::uint32_t> held_back; // by the guard, unless they get through after all
    [[nodiscard]] const spool::Envelope& envelope() const { return message.envelope; }
};
using AttemptPtr = std::shared_ptr<Attempt>;

// While one lives, no operator takes the message away.
class Busy {
public:
    explicit Busy(AttemptPtr attempt) : attempt_(std::move(attempt)) { ++attempt_->busy; }
    ~Busy() { --attempt_->busy; }
    Busy(const Busy&) = delete;
    Busy& operator=(const Busy&) = delete;

private:
    AttemptPtr attempt_;
};

struct JobRecipient {
    std::uint32_t index = 0;
    std::string address; // after rewriting
};

struct Job {
    AttemptPtr attempt;
    NextHopPtr next;
    std::vector<JobRecipient> recipients;
    std::uint32_t tries = 0; // connections that failed before it was offered
};

} // namespace delivery
