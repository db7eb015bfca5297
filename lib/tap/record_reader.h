// SPDX-License-Identifier: Apache-2.0
// tap/record_reader.h - takes sealed records out of incoming/; for the interception user.
//
//     for (const std::string& name : names(directory)) {
//         RecordReader reader(directory, name);
//         reader.seek(where_we_were(name));
//         while (auto record = reader.next()) { ... note it ...; reader.empty(*record); }
//         if (reader.finished()) reader.remove();
//     }
//
// Threads: one.
#pragma once

#include "base/fd.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tap {

struct SealedRecord {
    std::uint64_t offset = 0; // in its file
    std::uint64_t next = 0;   // where the one behind it begins
    std::uint64_t content_offset = 0;
    std::uint64_t content_size = 0;
    std::string event; // CMS
};

// The files there are, in no order.  Throws base::Failure.
[[nodiscard]] std::vector<std::string> record_files(const std::string& directory);

class RecordReader {
public:
    // Throws base::Failure when it cannot be opened.
    RecordReader(const std::string& directory, const std::string& name);

    void seek(std::uint64_t offset) { at_ = offset; }
    [[nodiscard]] std::uint64_t at() const { return at_; }
    // The next whole record; nothing: there is none yet, or never will be (finished()).
    // Throws base::Failure when the file cannot be read.
    [[nodiscard]] std::optional<SealedRecord> next();
    // Its content; nothing if it has been destroyed in the meantime.
    [[nodiscard]] std::optional<std::string> content(const SealedRecord& record) const;
    // Destroys the content, or all of the record, on the disk.
    void empty_content(const SealedRecord& record) const;
    void empty(const SealedRecord& record) const;
    // Nobody writes it any more, and all of it has been read.
    [[nodiscard]] bool finished();
    // What a crash has torn or something else has damaged is left behind at its end.
    [[nodiscard]] std::uint64_t left_over() const;
    void remove() const;

private:
    [[nodiscard]] std::string read(std::uint64_t offset, std::size_t size) const;
    [[nodiscard]] std::uint64_t size() const;

    std::string path_;
    base::Fd fd_;
    std::uint64_t at_ = 0;
};

} // namespace tap
