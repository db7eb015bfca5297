// SPDX-License-Identifier: Apache-2.0
// proxy/relay.h - carries bytes between client and backend after the login, through the
// conversation that follows them.
//
// Each direction hears only when everything before has been written: who does not read is
// not read for.  At most 64 kB are on the way in each direction, besides what the kernel
// holds; nothing while both sides are silent.
//
// When the client has said its last byte the backend is told so as soon as it has answered
// what it was asked, and whatever it says is still carried for a minute of silence; when
// the backend has said its last, the session is over.
#pragma once

#include "base/clock.h"
#include "net/event.h"
#include "net/loop.h"
#include "net/task.h"
#include "proxy/conversation.h"
#include "proxy/leg.h"

#include <cstdint>
#include <exception>
#include <string>
#include <string_view>

namespace proxy {

class Relay {
public:
    // Everything outlives the relay.
    Relay(net::Loop& loop, Leg& client, Leg& backend, Conversation& conversation,
          base::seconds idle);
    Relay(const Relay&) = delete;
    Relay& operator=(const Relay&) = delete;

    // Until the session is over, both directions.  Does not throw; reason() says what it
    // was.
    [[nodiscard]] net::Task<void> run(std::string id);

    // "quit" (said and answered); else "client" or "backend" closed, "client-gone" or
    // "backend-gone" (reset), "timeout", "protocol" (the follower's trouble), "shutdown";
    // "broken": failure().
    [[nodiscard]] std::string_view reason() const { return reason_; }
    // A fault of our own, or null.
    [[nodiscard]] const std::exception_ptr& failure() const { return failure_; }
    [[nodiscard]] std::uint64_t from_client() const { return from_client_; }
    [[nodiscard]] std::uint64_t from_backend() const { return from_backend_; }
    // Ends it at once.
    void abort(std::string_view reason) { over(reason); }
    // After run(): the client's connection stands, and no answer is only half said.
    [[nodiscard]] bool can_speak() const { return !speaking_; }

private:
    // Each runs until it can go no further, and says why.
    [[nodiscard]] net::Task<std::string_view> carry_up();   // client to backend
    [[nodiscard]] net::Task<std::string_view> carry_down(); // backend to client
    [[nodiscard]] net::Task<void> hear_answers();
    [[nodiscard]] net::Task<void> answers(); // carry_down(), beside run()
    [[nodiscard]] std::string_view reason_now(std::string_view gone);
    [[nodiscard]] bool client_waits() const;
    [[nodiscard]] bool may_go_on() const;
    void touch();
    void over(std::string_view reason);

    net::Loop& loop_;
    Leg& client_;
    Leg& backend_;
    Conversation& conversation_;
    base::seconds patience_; // of either side, while the other is silent, too
    net::Event heard_;       // the backend has said something
    net::Event done_;        // carry_down() has ended
    bool over_ = false;
    bool client_left_ = false; // it has said its last byte, and heard all answers
    bool speaking_ = false;    // to the client, or that has failed
    std::string_view reason_;
    std::exception_ptr failure_; // of our own
    std::uint64_t from_client_ = 0;
    std::uint64_t from_backend_ = 0;
};

} // namespace proxy
