// SPDX-License-Identifier: Apache-2.0
// smtp/reply.h - what a server answers: code, enhanced code (RFC 2034, 3463), text.
//
// A Reply is a value; what it looks like on the wire is decided in one place.  No byte of
// the text can end the line early: whatever is below 0x20 (but the '\n' between lines) or
// 0x7f is written as "?".
#pragma once

#include <string>
#include <string_view>

namespace smtp {

struct Reply {
    int code = 250;
    std::string enhanced; // "2.1.0", or empty: greeting, EHLO, 334, 354
    std::string text;     // lines are separated by '\n'

    [[nodiscard]] bool positive() const { return code < 400; }
    [[nodiscard]] bool transient() const { return code >= 400 && code < 500; }
    [[nodiscard]] bool permanent() const { return code >= 500; }
    bool operator==(const Reply&) const = default;
};

// "250-2.1.0 first\r\n250 2.1.0 last\r\n"; lines longer than 512 bytes are cut (RFC 5321
// 4.5.3.1.5).
void append_wire(std::string& out, const Reply& reply);
[[nodiscard]] std::string wire(const Reply& reply);
// One line for logs and reports: "250 2.1.0 first last".
[[nodiscard]] std::string one_line(const Reply& reply);

} // namespace smtp
