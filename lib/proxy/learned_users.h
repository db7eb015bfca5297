// SPDX-License-Identifier: Apache-2.0
// proxy/learned_users.h - whose sessions teach: users of the domains of [ums] learn.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace proxy {

// `user`: as folded_name() has it; "*" among the domains: all in which mail can be for
// somebody.
[[nodiscard]] bool is_learned_from(std::string_view user,
                                   const std::vector<std::string>& domains);

} // namespace proxy
