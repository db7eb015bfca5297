// SPDX-License-Identifier: Apache-2.0
// tap/record_file.h - the files of incoming/ that a process writes its sealed records to.
//
// They are there, open, from the start of the process on, whether or not they ever hold a
// record; the name is random.  Events, in the file that is locked, survive a power cut.
// Contents stand beside it, at the offsets where they would be behind their events, and
// are never synced: as a rule they are handed over and emptied before the system thinks of
// writing them to the disk.  Who dies in the middle of a record leaves a torn one at the
// end, which readers recognise because nobody holds the lock any more.
//
// Threads: one.
#pragma once

#include "base/fd.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tap {

class RecordFile {
public:
    // Throws base::Failure(fix_config): no such directory, or no right to write there.
    explicit RecordFile(const std::string& directory);

    // Where the content stands now; nothing: it could not be written, and nothing of it
    // stays.  The next begins at a multiple of eight octets.
    [[nodiscard]] std::optional<std::uint64_t> append(std::string_view head_and_event,
                                                      std::string_view content);
    // Events that were appended survive a power cut.
    [[nodiscard]] bool sync();
    [[nodiscard]] std::uint64_t size() const { return size_; }
    // Octets that nobody has emptied yet.
    [[nodiscard]] std::uint64_t occupied() const;
    // Destroys a content that stands there.
    void empty(std::uint64_t offset, std::uint64_t size);
    // Everything but holes has been written to another file from now on.
    [[nodiscard]] bool full() const { return size_ >= file_size; }

private:
    static constexpr std::uint64_t file_size = 64u << 20;
    void drop(std::uint64_t offset);

    base::Fd events_;
    base::Fd contents_;
    std::uint64_t size_ = 0;
};

} // namespace tap
