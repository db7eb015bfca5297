// SPDX-License-Identifier: Apache-2.0
// conf/secrets.h - a file of secrets, one on a line; the first signs, all of them verify.
#pragma once

#include <string>
#include <vector>

namespace conf {

// Nothing for an empty name.  Throws Failure(fix_config) when the file cannot be read or
// holds none; lines that begin with # do not count.
[[nodiscard]] std::vector<std::string> read_secrets(const std::string& file);

} // namespace conf
