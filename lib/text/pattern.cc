// SPDX-License-Identifier: Apache-2.0
#include "text/pattern.h"

#include <fnmatch.h>

namespace text {

bool matches_pattern(const std::string& pattern, const std::string& address)
{
    if (pattern == "<>")
        return address.empty();
    const std::string glob = pattern.starts_with('@') ? '*' + pattern : pattern;
    return ::fnmatch(glob.c_str(), address.c_str(), FNM_CASEFOLD) == 0;
}

} // namespace text
