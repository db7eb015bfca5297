// SPDX-License-Identifier: Apache-2.0
// spool/erase.h - erases single records from a segment that stays.
//
//     step                        a crash right after it leaves
//     headers marked              the record, read or passed over
//     synced                      bytes that nobody reads any more; erased when tried again
//     bytes punched out           a header, and behind it zeros where the file system had
//     to
//                                 keep a part of a block
//
// Nothing here decides what may go: that is finished, and known so on the disk.  The time
// of the segment's last write stays, for retention goes by it.
#pragma once

#include "spool/disk.h"
#include "spool/id.h"

#include <cstdint>
#include <span>
#include <string>

namespace spool {

// Erases these records: their envelopes, messages and end marks.  Returns how many were
// found, erased now or earlier.  Throws Failure.
std::size_t erase_records(const std::string& directory, SegmentNumber segment,
                          std::span<const std::uint32_t> offsets, Disk& disk = real_disk());
bool erase_record(const std::string& directory, Location where);

// All records of a sealed or abandoned segment but these (sorted), and but what is damaged.
// A segment that is kept for a person (log/damaged/) is left alone.
std::size_t erase_all_but(const std::string& directory, SegmentNumber segment,
                          std::span<const std::uint32_t> keep, Disk& disk = real_disk());

} // namespace spool
