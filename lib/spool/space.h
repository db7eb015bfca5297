// SPDX-License-Identifier: Apache-2.0
// spool/space.h - is there room for more mail?  Asked before every DATA, so the answer is
// remembered for a second.
#pragma once

#include "spool/disk.h"

#include <cstdint>
#include <optional>
#include <string>

namespace spool {

class Space {
public:
    Space(Disk& disk, std::string directory, std::uint64_t free_bytes,
          std::uint64_t free_inodes);

    // True below a mark.  A disk that cannot be asked is not full: the write will tell.
    [[nodiscard]] bool low();

private:
    Disk& disk_;
    std::string directory_;
    std::uint64_t free_bytes_;
    std::uint64_t free_inodes_;
    std::int64_t asked_ = -1; // steady seconds
    bool low_ = false;
};

// Bytes free for us; nothing if the disk cannot be asked.
[[nodiscard]] std::optional<std::uint64_t> free_bytes(Disk& disk,
                                                      const std::string& directory);

} // namespace spool
