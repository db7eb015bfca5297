// SPDX-License-Identifier: Apache-2.0
// text/xtext.h - RFC 3461 section 4: "+" and two hex digits for what may not stand for
// itself.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace text {

[[nodiscard]] std::string xtext(std::string_view bytes);
// Nothing if it is no xtext.  The result may hold any byte: check it where it is used.
[[nodiscard]] std::optional<std::string> from_xtext(std::string_view text);
// Printable ASCII, no "=", every "+" followed by two hex digits.
[[nodiscard]] bool is_xtext(std::string_view text);

} // namespace text
