// SPDX-License-Identifier: Apache-2.0
#include "spool/read_whole.h"

namespace spool {

// The header says so, durably, before the first byte goes (erase.h): asked after reading.
bool read_whole(const Message& message, Location where, std::size_t piece,
                const std::function<void(const std::string&)>& take)
{
    for (std::uint64_t at = 0; at < message.size; at += piece) {
        const std::string bytes = Reader::read(message, at, piece);
        if (!Reader::is_there(message, where))
            return false;
        take(bytes);
    }
    return true;
}

} // namespace spool
