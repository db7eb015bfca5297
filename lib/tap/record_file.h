// SPDX-License-Identifier: Apache-2.0
// tap/record_file.h - the file of incoming/ that a process writes its sealed records to.
//
// It is there, open and locked, from the start of the process on, whether or not it ever
// holds a record; its name is random.  Who dies in the middle of a record leaves a torn
// one at the end, which readers recognise because nobody holds the lock any more.
//
// Threads: one.
#pragma once

#include "base/fd.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace tap {

class RecordFile {
public:
    // Throws base::Failure(fix_config): no such directory, or no right to write there.
    explicit RecordFile(const std::string& directory);

    // All of the bytes are written, or nothing of them stays: then false.
    [[nodiscard]] bool append(std::string_view bytes);
    // What was appended survives a power cut.
    [[nodiscard]] bool sync();
    [[nodiscard]] std::uint64_t size() const { return size_; }
    // Octets on the disk that nobody has emptied yet.
    [[nodiscard]] std::uint64_t occupied() const;
    // Destroys what stands there.
    void empty(std::uint64_t offset, std::uint64_t size);
    // Everything but holes has been written to another file from now on.
    [[nodiscard]] bool full() const { return size_ >= file_size; }

private:
    static constexpr std::uint64_t file_size = 64u << 20;
    [[nodiscard]] bool write(std::string_view bytes);

    base::Fd fd_;
    std::uint64_t size_ = 0;
};

} // namespace tap
