// SPDX-License-Identifier: Apache-2.0
// audit/identities.h - the Kennungen in an entry's field "identity".  Pure.
//
//     Anna@Example.org, "a, b"@example.org, anna
//
// They stand there as they were entered, with ", " between them.  A quoted local part may
// have that inside; a login that has it looks like two.
#pragma once

#include "li/identity.h"

#include <string>
#include <string_view>
#include <vector>

namespace audit {

// As they are compared, sorted, each once.
[[nodiscard]] std::vector<std::string> identities_of(std::string_view field,
                                                     const li::Rules& rules);
// One of them is `wanted`, however it is spelt; a login with ", " inside is found, too.
[[nodiscard]] bool has_identity(std::string_view field, std::string_view wanted,
                                const li::Rules& rules);

} // namespace audit
