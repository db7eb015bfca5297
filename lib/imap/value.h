// SPDX-License-Identifier: Apache-2.0
// imap/value.h - the arguments of a command and the words of a response line (RFC 9051
// section 4, 9), and how to write them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

namespace imap {

struct Value {
    enum class Kind : std::uint8_t {
        atom,   // as it stands; NIL and numbers are atoms, too
        string, // quoted, or a literal: its text, without quotes and escapes
        list,   // in parentheses
    };
    Kind kind = Kind::atom;
    std::string text;
    std::vector<Value> list;

    [[nodiscard]] bool is_text() const { return kind != Kind::list; }
};

// Values separated by blanks.  A literal stands in `line` as its announcement, CRLF and its
// octets.  Unexpected: what is wrong.  No recursion; lists go `depth` deep at most, and
// there are `most` values at most, those in lists and the lists themselves included.
[[nodiscard]] std::expected<std::vector<Value>, std::string>
parse_values(std::string_view line, std::size_t depth, std::size_t most = SIZE_MAX);

// As an atom if it can be one, else quoted, else as a literal that does not wait; these
// need `literal_plus` on the other side, without it they wait ("{5}").
[[nodiscard]] std::string astring(std::string_view text, bool literal_plus);
// No literal: bytes that cannot stand within quotes become "?".
[[nodiscard]] std::string quoted(std::string_view text);

} // namespace imap
