// SPDX-License-Identifier: Apache-2.0
// delivery/schedule.cc - see schedule.h.
#include "delivery/schedule.h"

#include "base/clock.h"

#include <algorithm>

namespace delivery {

std::vector<std::int64_t> durations(std::string_view words)
{
    std::vector<std::int64_t> out;
    while (!words.empty()) {
        const std::size_t end = std::min(words.find_first_of(" ,\t"), words.size());
        const std::int64_t one = base::parse_duration(words.substr(0, end));
        if (end > 0 && one >= 0)
            out.push_back(one);
        words.remove_prefix(std::min(end + 1, words.size()));
    }
    return out;
}

std::int64_t Schedule::pause(std::uint32_t attempts) const
{
    constexpr std::int64_t without_any = 300;
    if (retry.empty())
        return without_any;
    const std::size_t index = attempts == 0 ? 0 : attempts - 1;
    return std::max<std::int64_t>(retry[std::min(index, retry.size() - 1)], 1);
}

std::int64_t Schedule::expiry(std::int64_t arrival, bool null_sender) const
{
    return arrival + (null_sender ? std::min(bounce_lifetime, lifetime) : lifetime);
}

std::optional<std::int64_t> Schedule::next_notice(std::int64_t arrival,
                                                  std::int64_t after) const
{
    for (const std::int64_t age : notices)
        if (arrival + age > after)
            return arrival + age;
    return std::nullopt;
}

} // namespace delivery
