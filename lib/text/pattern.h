// SPDX-License-Identifier: Apache-2.0
// text/pattern.h - addresses as people mean them on a command line.
#pragma once

#include <string>

namespace text {

// As a shell compares, without regard to case; "@example.org" is everybody there, "<>" the
// null sender.
[[nodiscard]] bool matches_pattern(const std::string& pattern, const std::string& address);

} // namespace text
