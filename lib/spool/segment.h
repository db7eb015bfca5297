// SPDX-License-Identifier: Apache-2.0
// spool/segment.h - the writers' side of one segment: append, sync, publish, seal.
//
//     step                          a crash right after it leaves
//     file in incoming/, locked     a leftover, removed by the next start
//     head written, name in log/    an empty segment; readers pass over it
//     records written               a torn tail; checksums tell what is whole
//     synced (directory too)        the records
//     published in run/*.tail       the same; now followers take them
//     sealed and cut                the same, finished
//
// 250 is said after "published".
#pragma once

#include "base/fd.h"
#include "spool/disk.h"
#include "spool/format.h"
#include "spool/incoming.h"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace spool {

class OpenSegment {
public:
    // Makes the file a segment of log/.  Records go in up to `capacity`, and `ready` tells
    // whether its bytes are preallocated.  Throws Failure.
    OpenSegment(Disk& disk, std::string spool, SegmentKind kind, std::string_view by,
                IncomingFile file, std::uint64_t capacity, bool ready);
    // A shared segment that exists, locked by us; its last whole record ends at `end`.
    OpenSegment(Disk& disk, std::string spool, const SegmentHead& head, base::Fd file,
                std::uint64_t end, std::uint64_t capacity);

    [[nodiscard]] SegmentNumber number() const { return number_; }
    [[nodiscard]] std::uint64_t key() const { return key_; }
    [[nodiscard]] std::uint64_t end() const { return end_; }
    [[nodiscard]] bool empty() const { return durable_ == head_size; }
    [[nodiscard]] bool ready() const { return ready_; }
    // An empty segment takes a record of any size.
    [[nodiscard]] bool fits(std::uint64_t from, std::uint64_t size) const;

    // Bytes from the end of what begins here with `size` to the end of its page, if those
    // are preallocated zeros.  Written along, they spare the kernel reading that page.
    [[nodiscard]] std::size_t rest_of_page(std::uint64_t size) const;

    // Puts whole records (and, uncounted in `size`, zeros to the end of the page) behind
    // the last ones.  Throws Failure; then only seal() is left.
    void append(std::span<iovec> parts, std::uint64_t size);
    // Makes durable and publishes what was appended.  Throws Failure; then only seal() is
    // left: after a failed sync nobody knows what the disk holds.
    void sync();
    // Cuts off what is not durable and marks the end.  Removes a segment without records.
    // Needs no sync: until the mark is on the disk, checksums say the same.
    void seal() noexcept;

private:
    void begin(SegmentKind kind, std::string_view by, IncomingFile file);
    void open_tail();
    void publish() noexcept;

    Disk* disk_;
    std::string spool_;
    std::string path_;
    base::Fd file_;
    base::Fd tail_;
    SegmentNumber number_ = 0;
    std::uint64_t key_ = 0;
    std::uint64_t end_ = head_size;
    std::uint64_t durable_ = head_size;
    std::uint64_t capacity_;
    bool ready_;
    bool named_durably_ = false;
};

// A number nobody outside can guess.
[[nodiscard]] std::uint64_t random_key();
[[nodiscard]] std::string writer_text(std::string_view name);

} // namespace spool
