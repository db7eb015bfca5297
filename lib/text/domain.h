// SPDX-License-Identifier: Apache-2.0
// text/domain.h - domain names and address literals.
//
// Letters, digits and hyphens; labels of 1 to 63 bytes; 255 in all.  Names outside ASCII
// are taken by libidn2 (UTS 46, non-transitional), which is a table look-up and no I/O.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace text {

// A sequence of LDH labels, in any case; no dot at either end.
[[nodiscard]] bool is_domain(std::string_view name);
// As is_domain, and "_" is tolerated: host names people really use in HELO.
[[nodiscard]] bool is_host_name(std::string_view name);
// The form that is compared and stored in tables: lower case, A-labels ("xn--..."), a dot
// at the end removed.  Nothing if it is no domain name.
[[nodiscard]] std::optional<std::string> normal_domain(std::string_view name);
// U-labels for people; the name itself if there are none.
[[nodiscard]] std::string unicode_domain(std::string_view name);

// Between the brackets: dotted IPv4, or "IPv6:" and an address.  Returns the plain IP text.
[[nodiscard]] std::optional<std::string> literal_ip(std::string_view inside);

} // namespace text
