// SPDX-License-Identifier: Apache-2.0
// handover/courier.h - carries parcels to one authority: a file on its server, or PDUs on a
// connection.
//
//     auto courier = make_courier(destination, ...);
//     const Outcome outcome = courier->deliver(parcel, watch, stop);
//
// Who calls keeps the parcel until it was delivered, and offers it again otherwise.  What a
// parcel holds, its number and its name have been made before and stay the same at each
// attempt, so that whoever receives it twice (we died before we knew) can tell.
//
// A courier keeps nothing on our disk (but the one for discs), writes no log line, and
// never names a password. Threads: one at a time; each destination has its own, so one that
// hangs holds no other.
#pragma once

#include "li/event.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace handover {

// What is in it, as method B of TS 101 671 annex C tells types apart.
enum class Contents : std::uint8_t {
    events,            // 1
    content_from,      // 2: from the target
    content_to,        // 4: to the target
    content_both,      // 6
    events_and_content // 7
};

// What goes as one: a file; or PDUs that are written before the peer is asked for them.
struct Parcel {
    std::uint64_t number = 0; // grows, never given twice
    Contents contents = Contents::events;
    std::string name;        // of the file, by method B; empty: for a connection
    std::string_view octets; // whoever calls keeps them until deliver() returns
};

// How far a file has come.  What is known after each step tells where a crash left it.
enum class Step : std::uint8_t {
    queued,    // nothing has been done
    uploading, // under its temporary name
    uploaded,  // confirmed by the server ("226 ...")
    renamed,
    verified, // listed with its name and size
};

// Told of each step before the next one begins; `said` is the peer's line, if any.
using Watch = std::function<void(Step step, std::string_view said)>;

// A host that was tried in vain.
struct Attempt {
    std::string peer;
    std::string trouble;
};

struct Outcome {
    enum class Result : std::uint8_t {
        delivered,
        later,   // not now: not reached, refused for now, timed out, stopped
        refused, // not by trying again: login refused, name taken by other octets
        stored   // it is kept here for a disc, and delivered when that is
    };
    Result result = Result::later;
    Step step = Step::queued; // the last that was reached; for a connection: uploading once
                              // octets have been written
    std::string peer;         // who took it or failed last: "192.0.2.1:21"
    std::string receipt;      // delivered: by what we know; "226 Transfer complete",
                              // "acknowledged", "answered keep-alive", "orderly shutdown"
    std::string trouble;      // otherwise: why, one line, no secrets
    std::vector<Attempt> earlier{}; // before `peer`, in order

    // There is nothing left to carry.
    [[nodiscard]] bool is_done() const
    {
        return result == Result::delivered || result == Result::stored;
    }
};

// What the peer has of a file.
enum class Found : std::uint8_t {
    absent,
    temporary, // under its temporary name, whole or not
    complete,  // name and size are right
    different, // the name is there with another size
};

class Courier {
public:
    Courier() = default;
    virtual ~Courier() = default;
    Courier(const Courier&) = delete;
    Courier& operator=(const Courier&) = delete;

    // Tries the destination, then its standbys in order; bounded in time.  When `stop` is
    // asked for it gives up soon with Result::later.  Expected troubles are outcomes;
    // throws base::Failure only if this machine fails (no memory, no descriptors, no key
    // file).
    [[nodiscard]] virtual Outcome deliver(const Parcel& parcel, const Watch& watch,
                                          std::stop_token stop) = 0;

    // After a crash, before a parcel is offered again: what came of it.  Nothing: nobody
    // can say (a connection; or the server does not answer).
    [[nodiscard]] virtual std::optional<Found> reconcile(const Parcel& parcel,
                                                         std::stop_token stop) = 0;

    // When there is nothing to deliver, about once a second: keep-alives; idle connections
    // end.
    virtual void tend() {}

    // Is somebody there who takes parcels?  Nothing is delivered.  The answer, or why there
    // is none, of the destination and of each of its standbys in order; of discs one.
    [[nodiscard]] virtual std::vector<Outcome> probe(std::stop_token stop) = 0;
};

} // namespace handover
