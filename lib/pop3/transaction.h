// SPDX-License-Identifier: Apache-2.0
// pop3/transaction.h - the server's rules after the login: TRANSACTION and UPDATE (RFC 1939
// sections 5 to 7, CAPA of RFC 2449).
//
// Takes command lines, gives the answer or says which message is to be sent.  What is in
// the maildrop does not change as long as the session lasts.  Pure: knows no sockets and no
// texts.
#pragma once

#include "pop3/command.h"

#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pop3 {

struct Drop {
    std::string uid;          // UIDL; unlike all others, 1 to 70 of 0x21 to 0x7e
    std::uint64_t octets = 0; // as RETR sends it, dots not doubled
    // It is listed and counted, but on a server that is down: RETR, TOP and DELE of it are
    // refused for now (RFC 3206), as often as somebody tries.
    bool elsewhere = false;
};

struct Answer {
    enum class Then : std::uint8_t {
        listen,  // say the reply, hear the next command
        send,    // say the reply, then `message` up to its final dot
        update,  // carry out what is marked(), then say farewell()
        hang_up, // say the reply and close
    };
    std::string reply;
    Then then = Then::listen;
    std::size_t message = 0;              // index in the maildrop
    std::optional<std::uint32_t> lines{}; // TOP: so many of its body
};

class Transaction {
public:
    static constexpr std::size_t longest_line = 255; // RFC 2449 section 4
    static constexpr std::uint32_t most_errors = 100;

    explicit Transaction(std::vector<Drop> drops);

    [[nodiscard]] Answer judge(std::string_view line);
    // The line went beyond its limit, or is none.
    [[nodiscard]] Answer malformed() { return refuse("this is no command"); }
    // Indices of what was deleted, in their order.
    [[nodiscard]] std::vector<std::size_t> marked() const;
    [[nodiscard]] const std::vector<Drop>& drops() const { return drops_; }

    // The answer to CAPA in this state.
    [[nodiscard]] static std::string capabilities();

private:
    [[nodiscard]] Answer dispatch(const Command& command);
    [[nodiscard]] Answer stat() const;
    [[nodiscard]] Answer list(const Command& command);
    [[nodiscard]] Answer uidl(const Command& command);
    [[nodiscard]] Answer retr(const Command& command);
    [[nodiscard]] Answer top(const Command& command);
    [[nodiscard]] Answer dele(const Command& command);
    [[nodiscard]] Answer rset();
    [[nodiscard]] Answer refuse(std::string_view why);
    // The message that is named, counted from 0; nothing: there is none, or it is deleted.
    [[nodiscard]] std::optional<std::size_t> named(const Numbers& numbers) const;
    // The message that is to be read or deleted; else what is answered.
    [[nodiscard]] std::expected<std::size_t, Answer> to_be_had(const Numbers& numbers);
    template <class Line>
    [[nodiscard]] Answer tell(const Command& command, std::string_view what, Line line);

    std::vector<Drop> drops_;
    std::vector<bool> deleted_;
    std::uint32_t errors_ = 0;
};

} // namespace pop3
