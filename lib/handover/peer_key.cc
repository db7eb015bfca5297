// SPDX-License-Identifier: Apache-2.0
#include "handover/peer_key.h"

#include <algorithm>

namespace handover {

std::string peer_key_of(std::string_view keys, std::size_t host)
{
    constexpr std::string_view kind = "SHA256:";
    std::string_view found;
    for (std::size_t i = 0; i <= host && !keys.empty(); ++i) {
        found = keys.substr(0, keys.find(' '));
        keys.remove_prefix(std::min(keys.size(), found.size() + 1));
    }
    if (found.starts_with(kind))
        found.remove_prefix(kind.size());
    std::string key(found);
    key.resize((key.size() + 3) / 4 * 4, '='); // as ssh-keygen prints it, without
    return key;
}

} // namespace handover
