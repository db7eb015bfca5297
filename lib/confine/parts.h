// SPDX-License-Identifier: Apache-2.0
// confine/parts.h - the parts of confine::to(), each in a file of its own.
#pragma once

#include "confine/confine.h"

namespace confine {

// Both return false if the kernel does not have it.
[[nodiscard]] bool restrict_system_calls(const Rights& rights);
[[nodiscard]] bool restrict_files(const Rights& rights);

void become(const std::string& user);

} // namespace confine
