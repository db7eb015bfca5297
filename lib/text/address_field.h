// SPDX-License-Identifier: Apache-2.0
// text/address_field.h - the addresses of From, To and the like (RFC 5322 section 3.4).
//
// Whatever the field looks like, what can be found is found, in linear time; nothing is
// decoded, and what is not UTF-8 is left out.  Pure.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace text {

// The first of them, `most` at most; display names, comments and groups are left out.
[[nodiscard]] std::vector<std::string> addresses_in(std::string_view value,
                                                    std::size_t most);

} // namespace text
