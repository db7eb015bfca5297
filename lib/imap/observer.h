// SPDX-License-Identifier: Apache-2.0
// imap/observer.h - what happens to the messages of an account in one IMAP session.
//
// Calls come while the bytes pass, in the order of the server's answers (of an upload: of
// the client's octets); nothing here may wait or throw.  Everything that is said lives
// until the call returns; the octets of fetched() and uploaded() until passed().
#pragma once

#include "imap/status.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace imap {

// Where the session stands: the selected mailbox, empty for none.
struct Place {
    std::string mailbox;            // as the server has it: modified UTF-7 or UTF-8
    std::uint32_t uid_validity = 0; // 0: not said
};

// One item of a FETCH answer that holds text of a message.
struct Fetch {
    std::uint32_t sequence = 0;
    std::string_view item;    // "BODY", "BINARY", "RFC822", "RFC822.HEADER", "RFC822.TEXT"
    std::string_view section; // within the brackets: "", "1.2", "HEADER"
    std::optional<std::uint64_t> origin; // "<2048>": the first octet of a range
    std::optional<std::uint64_t> size;   // octets that follow; a quoted text does not say
    // All of the message: no section, no range.
    [[nodiscard]] bool whole() const
    {
        return section.empty() && !origin && !item.contains('.');
    }
};

class Observer {
public:
    virtual ~Observer() = default;

    // What was told so far has been passed on, and nobody waits for it any more.
    virtual void passed() {}

    // SELECT or EXAMINE was answered with OK; or the mailbox was left.
    virtual void entered(const Place& /*where*/) {}

    virtual void fetch_began(const Fetch& /*what*/) {}
    virtual void fetched(std::string_view /*octets*/) {}
    // `whole`: all octets; else the connection ended before.
    virtual void fetch_ended(bool /*whole*/) {}
    // The end of the answer that the items since the last such call were part of; what it
    // said of the message besides: UID, RFC822.SIZE; 0: not said.
    virtual void fetch_done(std::uint32_t /*sequence*/, std::uint32_t /*uid*/,
                            std::uint64_t /*size*/)
    {
    }
    // A FETCH was answered with NO or BAD.
    virtual void fetch_refused(const Response& /*why*/) {}

    // The flags that the message of the upload that begins next is to have, if it says any.
    virtual void upload_flags(std::string_view /*flags*/) {}
    // APPEND, REPLACE: each message (with CATENATE each text of it) as the client sends it.
    // `mailbox` is empty where the client names it in a way that nobody understands.
    virtual void upload_began(std::string_view /*mailbox*/, std::uint64_t /*size*/) {}
    virtual void uploaded(std::string_view /*octets*/) {}
    virtual void upload_ended(bool /*whole*/) {}
    // The server does not want a message that was announced; none of its octets went there.
    // The answer to the command follows.
    virtual void upload_refused(std::string_view /*mailbox*/, std::uint64_t /*size*/,
                                const Response& /*why*/)
    {
    }
    // The answer to the command that the uploads belonged to; of how many messages it was.
    virtual void upload_answered(const Response& /*answer*/, std::uint32_t /*messages*/) {}

    virtual void expunged(std::uint32_t /*sequence*/) {}
    // "1:3,5" or "(EARLIER) 1:3" (RFC 7162), perhaps in several pieces; then their end.
    virtual void vanished(std::string_view /*uids*/) {}
    virtual void vanished_done() {}
    // The server has said BYE, asked by LOGOUT or of its own.
    virtual void bye() {}
    // LOGOUT was answered.
    virtual void logged_out() {}
};

} // namespace imap
