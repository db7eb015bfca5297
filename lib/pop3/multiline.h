// SPDX-License-Identifier: Apache-2.0
// pop3/multiline.h - a message as the text of a multi-line answer: RETR and TOP (RFC 1939
// sections 3 and 7).
//
// Doubles dots at the beginning of lines and ends with the final one.  Of TOP: the header,
// the empty line and so many lines behind it; what is fed beyond them is left out.
#pragma once

#include "smtp/dot_stuffer.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace pop3 {

class Multiline {
public:
    // `lines` of the body; nothing: all of it.
    explicit Multiline(std::optional<std::uint32_t> lines) : left_(lines) {}

    // Appends to `out`.
    void feed(std::string_view bytes, std::string& out);
    void finish(std::string& out) { stuffer_.finish(out); }
    // No more is needed: the rest of the message need not be read.
    [[nodiscard]] bool complete() const { return complete_; }

private:
    [[nodiscard]] std::string_view wanted(std::string_view bytes);

    smtp::DotStuffer stuffer_;
    std::optional<std::uint32_t> left_; // lines of the body
    bool in_body_ = false;
    bool complete_ = false;
    std::uint32_t in_line_ = 0; // octets of the header's line so far, without its end
};

} // namespace pop3
