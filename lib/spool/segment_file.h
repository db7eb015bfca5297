// SPDX-License-Identifier: Apache-2.0
// spool/segment_file.h - the readers' side of one segment file.
#pragma once

#include "base/fd.h"
#include "spool/format.h"
#include "spool/segments.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace spool {

struct SegmentFile {
    std::shared_ptr<base::Fd> file;
    SegmentHead head;
    bool head_damaged = false;  // and made up from the first record found
    bool other_version = false; // a newer program's: nobody here can tell what is in it

    [[nodiscard]] int fd() const { return file->get(); }
};

// Nothing when there is no such file.  A head of number 0 says that the file holds neither
// a head nor a record (yet).  Throws Failure when it cannot be opened or read.
[[nodiscard]] std::optional<SegmentFile> open_segment(const std::string& spool,
                                                      SegmentNumber number);

[[nodiscard]] std::uint64_t file_size(int fd);

struct FileRange {
    std::uint64_t from = 0;
    std::uint64_t end = 0;
};
// The first bytes of this range that are no hole, and up to the next one; nothing when all
// of it is.  Where holes cannot be asked for, there are none.
[[nodiscard]] std::optional<FileRange> next_data(int fd, const FileRange& range);

// A look at the lock; for a shared segment nobody appends to, `open`.  `data_end` gets the
// offset of the sealed mark, or the size of the file.
[[nodiscard]] SegmentState segment_state(const SegmentFile& segment,
                                         std::uint64_t& data_end);

// The lock of readers: no writer works while it is held.  Does not wait.
[[nodiscard]] bool try_lock_shared(int fd);
void unlock(int fd);

} // namespace spool
