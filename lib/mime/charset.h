// SPDX-License-Identifier: Apache-2.0
// mime/charset.h - octets become UTF-8, and UTF-8 becomes text that is safe to show.
//
// Only charsets that mail is really written in are known: a name out of a message chooses
// from our table and is never given to iconv(3).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace mime {

// What does not fit the charset becomes U+FFFD.  A charset that is not known, or "": UTF-8
// if the octets are that, otherwise windows-1252.  Control characters stay.
[[nodiscard]] std::string to_utf8(std::string_view octets, std::string_view charset = {});

// Plain text (text/plain.h) with no blanks at either end.
[[nodiscard]] std::string clean(std::string_view text, std::size_t limit, bool& cut);

// Keeps the tables of all charsets in memory until the program ends.  How many the
// C library does not have.
std::size_t keep_charsets();

} // namespace mime
