// SPDX-License-Identifier: Apache-2.0
#include "text/address_list.h"

#include <algorithm>

namespace text {

std::string_view take_address(std::string_view& list)
{
    std::size_t at = 0;
    if (list.starts_with('"'))
        for (at = 1; at < list.size() && list[at] != '"'; ++at)
            if (list[at] == '\\')
                ++at;
    const std::size_t comma = std::min(list.find(',', at), list.size());
    const std::string_view address = list.substr(0, comma);
    list.remove_prefix(std::min(comma + 1, list.size()));
    return address;
}

} // namespace text
