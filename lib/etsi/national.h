// SPDX-License-Identifier: Apache-2.0
// etsi/national.h - nationalParameter [14] of EmailIRI: what TS 102 232-2 has no field for.
//
// UTF-8 lines "key=value", each ended by LF; the first is "sponts=1", the version of this
// form.  Order and repeated keys are kept.  In a value
//
//     \\      is a backslash          \n  LF          \r  CR          \t  TAB
//     \xHH    is an octet: any other control octet, and whatever is not UTF-8
//
// and everything else stands as it is, so that every value (any octets) has exactly one
// spelling and comes back as it was.  tkuev-pdu(5) lists the keys.
#pragma once

#include "etsi/fault.h"

#include <expected>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace etsi {

using NationalPair = std::pair<std::string, std::string>;
using NationalPairs = std::vector<NationalPair>;

inline constexpr std::string_view national_version = "sponts=1\n";
inline constexpr std::size_t most_national_key = 32;

// Keys: 1..32 of a-z, 0-9 and "-", beginning with a letter.
[[nodiscard]] bool is_national_key(std::string_view key);
// A fault if a key is none, or the whole is longer than most_national.
[[nodiscard]] std::expected<std::string, Fault> national_text(const NationalPairs& pairs);
// Exactly what national_text() writes, nothing else.
[[nodiscard]] std::expected<NationalPairs, Fault> parse_national(std::string_view text);

} // namespace etsi
