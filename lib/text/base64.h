// SPDX-License-Identifier: Apache-2.0
// text/base64.h - RFC 4648 base64 (strict) and hexadecimal.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace text {

[[nodiscard]] std::string base64(std::string_view bytes);
// Nothing unless `text` is exactly what base64() writes: padded, no blanks, no stray bits.
[[nodiscard]] std::optional<std::string> from_base64(std::string_view text);

[[nodiscard]] std::string hex(std::string_view bytes);                    // lower case
[[nodiscard]] std::optional<std::string> from_hex(std::string_view text); // either case

} // namespace text
