// SPDX-License-Identifier: Apache-2.0
// session/reception.h - who is inside: admits connections, starts their dialogues, tells
// them to finish.  What all servers do alike; knows no protocol.
//
// Threads: one, that of the loop.  The reception outlives its guests.
#pragma once

#include "base/fd.h"
#include "net/loop.h"
#include "net/stream.h"
#include "net/task.h"
#include "session/client_limits.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unistd.h>
#include <unordered_set>

namespace session {

// A session, as its server sees it.
class Guest {
public:
    virtual ~Guest() = default;
    // The dialogue from the first byte to the last; the guest lives as long as it.
    [[nodiscard]] virtual net::Task<void> run() = 0;
    // The server is stopping: come to an end at the next opportunity.
    virtual void drain() = 0;
    // Now.
    virtual void abort() = 0;
};

// What the reception has found out about a connection.
struct Arrival {
    std::string id; // of the session, for its log lines
    net::Stream stream;
    net::Address peer;
    bool counted = false; // in the limits, under `peer`
};

// What it has to know of the listener.
struct Door {
    std::string_view listener;
    bool tls_at_once = false;
    // The peer speaks for others: the session asks for admission itself, by may_enter().
    bool front_end = false;
};

// "too many connections from your address": what somebody who is not admitted is told.
[[nodiscard]] std::string_view describe(Admission admission);
// "connections-per-client": the key that says how many.
[[nodiscard]] std::string_view limit_of(Admission admission);

class Reception {
public:
    Reception(net::Loop& loop, ClientRates rates) : loop_(loop), limits_(rates) {}
    virtual ~Reception() = default;
    Reception(const Reception&) = delete;
    Reception& operator=(const Reception&) = delete;

    // Guests say goodbye at their next opportunity; nobody is admitted any more.
    void drain();
    [[nodiscard]] bool draining() const { return draining_; }
    [[nodiscard]] std::size_t sessions() const { return guests_.size(); }
    // Ends what is left, whatever it does.
    void abort_all();
    // Called after the last session has ended.
    void when_idle(std::function<void()> tell) { tell_idle_ = std::move(tell); }

    // For the sessions.
    [[nodiscard]] net::Loop& loop() { return loop_; }
    [[nodiscard]] ClientLimits& limits() { return limits_; }
    // For clients behind a front end; the log line is written here.
    [[nodiscard]] Admission may_enter(const net::Address& client, std::string_view id,
                                      std::string_view listener);
    void joined(Guest* who) { guests_.insert(who); }
    void left(Guest* who);

protected:
    using MakeGuest = std::move_only_function<std::unique_ptr<Guest>(Arrival)>;
    // A connection was accepted: admits it or turns it away.
    void receive(base::Fd fd, const net::Address& peer, const Door& door, MakeGuest make);
    // Somebody comes while most places, or all, are taken: whoever can be asked to hurry,
    // now is the time.
    virtual void make_room(bool /*all*/) {}
    // The protocol's way to say so, with its line end.
    [[nodiscard]] virtual std::string farewell(std::string_view why) const = 0;

private:
    [[nodiscard]] std::string next_session_id();
    void turn_away(int fd, std::string_view why) const;

    net::Loop& loop_;
    ClientLimits limits_;
    std::unordered_set<Guest*> guests_;
    const pid_t process_ = ::getpid();
    std::int64_t last_id_ = 0;
    bool draining_ = false;
    std::function<void()> tell_idle_;
};

} // namespace session
