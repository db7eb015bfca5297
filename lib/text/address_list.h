// SPDX-License-Identifier: Apache-2.0
// text/address_list.h - several addresses with commas between them, as the log has them.
#pragma once

#include <string_view>

namespace text {

// Takes the first one; commas in a quoted local part divide nothing.
[[nodiscard]] std::string_view take_address(std::string_view& list);

} // namespace text
