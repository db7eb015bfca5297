// SPDX-License-Identifier: Apache-2.0
// pop3/observer.h - what happens to the messages of a mailbox in one POP3 session.
//
// Calls come in the order of the server's answers, while the bytes pass; nothing here may
// wait or throw.  Everything that is said lives until the call returns; the octets of
// fetched() until passed().
#pragma once

#include "pop3/reply.h"

#include <cstdint>
#include <optional>
#include <string_view>

namespace pop3 {

struct Fetch {
    std::uint32_t message = 0;          // its number in this session
    std::optional<std::uint32_t> lines; // TOP: the header and so many lines of the body
    bool operator==(const Fetch&) const = default;
};

class Observer {
public:
    virtual ~Observer() = default;

    // RETR or TOP was answered with +OK: its text follows, as the server sends it, with
    // dots doubled, without the final ".".
    virtual void fetch_began(const Fetch& /*what*/) {}
    virtual void fetched(std::string_view /*bytes*/) {}
    // `whole`: up to the final "."; else the connection ended before.
    virtual void fetch_ended(bool /*whole*/) {}
    virtual void fetch_refused(const Fetch& /*what*/, const Reply& /*why*/) {}

    // What was told so far has been passed on, and nobody waits for it any more.
    virtual void passed() {}

    // A line of UIDL, or its short form: which message has which unique id.
    virtual void identified(std::uint32_t /*message*/, std::string_view /*unique_id*/) {}
    // UIDL of all messages was answered with +OK: its lines follow.  `whole`: up to the
    // final "."; else the connection ended before.
    virtual void listing_began() {}
    virtual void listing_ended(bool /*whole*/) {}
    // A line of LIST, or its short form.  Told to those who have asked for it.
    virtual void sized(std::uint32_t /*message*/, std::uint64_t /*octets*/) {}

    // DELE was answered with +OK.  It comes true if `quit` follows, not if `unmarked` does.
    virtual void marked(std::uint32_t /*message*/) {}
    virtual void unmarked() {}
    // QUIT was answered; `done`: with +OK.
    virtual void quit(bool /*done*/) {}
};

} // namespace pop3
