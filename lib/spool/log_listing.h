// SPDX-License-Identifier: Apache-2.0
// spool/log_listing.h - notices when segments come and go, without listing log/ each time.
#pragma once

#include "spool/id.h"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace spool {

class LogListing {
public:
    explicit LogListing(std::string directory) : directory_(std::move(directory)) {}

    // All segments, oldest first, if the directory changed since the last call.
    [[nodiscard]] std::optional<std::vector<SegmentNumber>> changed();

private:
    std::string directory_;
    std::int64_t listed_ = -1; // modification time of log/ when it was listed, nanoseconds
};

} // namespace spool
