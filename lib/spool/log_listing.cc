// SPDX-License-Identifier: Apache-2.0
#include "spool/log_listing.h"

#include "base/clock.h"
#include "spool/layout.h"
#include "spool/segments.h"

#include <cstdlib>
#include <sys/stat.h>

namespace spool {

namespace {

// Time stamps of files move in ticks of up to 10 ms: a change in the tick of the listing
// would not show.  So a directory that changed just now is listed again.
constexpr std::int64_t tick = 20'000'000;

} // namespace

std::optional<std::vector<SegmentNumber>> LogListing::changed()
{
    struct stat found{};
    if (::stat(log_directory(directory_).c_str(), &found) != 0)
        return std::nullopt; // no writer has been here yet
    const std::int64_t modified =
        found.st_mtim.tv_sec * std::int64_t{1'000'000'000} + found.st_mtim.tv_nsec;
    if (modified == listed_)
        return std::nullopt;
    // Also a time to come: the clock was set back.
    const bool settled = std::abs(base::wall_microseconds() * 1000 - modified) > tick;
    auto numbers = segment_numbers(directory_);
    listed_ = settled ? modified : -1;
    return numbers;
}

} // namespace spool
