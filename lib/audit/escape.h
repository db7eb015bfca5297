// SPDX-License-Identifier: Apache-2.0
// audit/escape.h - any bytes as one word of printable ASCII, in exactly one way.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace audit {

// Everything but 0x21 to 0x7e becomes %XX, and so does '%'.
[[nodiscard]] std::string escape(std::string_view text);
// Nothing unless `word` is exactly what escape() writes.
[[nodiscard]] std::optional<std::string> unescape(std::string_view word);

// A number as it is written here: decimal, without sign or leading zeros.
[[nodiscard]] std::optional<std::uint64_t> number_of(std::string_view word);
// What stands before the first `end` (all, if there is none), which is taken off `text`.
[[nodiscard]] std::string_view take_until(std::string_view& text, char end);

} // namespace audit
