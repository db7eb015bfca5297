// SPDX-License-Identifier: Apache-2.0
#include "lag.h"

#include "base/clock.h"
#include "journal/lag.h"

#include <fmt/format.h>

#include <algorithm>
#include <iostream>

namespace indexd {

void say_lag(const conf::Settings& settings)
{
    constexpr std::int64_t millisecond = 1000; // in microseconds
    const journal::Lag lag =
        journal::lag_of(settings.general.spool, settings.journal.database);
    const std::int64_t now = base::wall_microseconds();
    const std::int64_t waited = std::max<std::int64_t>(0, now - lag.oldest.value_or(now));
    std::cout << fmt::format("messages={} octets={} events={} ms={}{}\n", lag.messages,
                             lag.octets, lag.lines, waited / millisecond,
                             lag.counted ? "" : " more=yes");
}

} // namespace indexd
