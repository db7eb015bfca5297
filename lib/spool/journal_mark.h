// SPDX-License-Identifier: Apache-2.0
// spool/journal_mark.h - how far the journal has read the log, for who deletes segments.
//
//     run/journal    "SEGMENT OFFSET" or "SEGMENT finished", one line for each segment
//
// Written after it is in the database, and perhaps lost later: what it does not name has
// not been read.  A reader sees the old file or the new one.
#pragma once

#include "spool/reader.h"

#include <string>
#include <vector>

namespace spool {

// Makes run/ when it is missing.  Throws base::Failure.
void write_journal_mark(const std::string& spool,
                        const std::vector<Follower::Position>& positions);
// Empty when there is none, and without the lines that say nothing.
[[nodiscard]] std::vector<Follower::Position> read_journal_mark(const std::string& spool);

} // namespace spool
