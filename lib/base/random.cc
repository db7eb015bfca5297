// SPDX-License-Identifier: Apache-2.0
// base/random.cc - see the header.
#include "base/random.h"

#include "base/failure.h"

#include <sys/random.h>

namespace base {

void fill_random(std::span<std::uint8_t> octets)
{
    while (!octets.empty()) {
        const ssize_t got = ::getrandom(octets.data(), octets.size(), 0);
        if (got < 0 && errno != EINTR)
            fail_errno("get", "random bytes", Remedy::repair_system);
        if (got > 0)
            octets = octets.subspan(static_cast<std::size_t>(got));
    }
}

std::string random_octets(std::size_t count)
{
    std::string out(count, '\0');
    fill_random({reinterpret_cast<std::uint8_t*>(out.data()), out.size()});
    return out;
}

} // namespace base
