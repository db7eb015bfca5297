// SPDX-License-Identifier: Apache-2.0
// spool/event_reader.h - takes events out of the files of spool/event_writer.h.
//
//     for (const std::string& name : event_files(directory)) {
//         EventReader reader(directory, name);
//         reader.seek(where_we_were(name));
//         while (const auto event = reader.next())
//             ... file it ...
//         ... note reader.at() with what was filed ...
//         if (reader.finished())
//             reader.remove();
//     }
//
// Threads: one.
#pragma once

#include "base/fd.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace spool {

struct EventLine {
    std::int64_t time = 0; // microseconds since 1970
    std::string_view program;
    std::string_view text; // as base::read_log_line() takes it
};

// In no order; none, if there is no such directory.  Throws base::Failure.
[[nodiscard]] std::vector<std::string> event_files(const std::string& directory);

class EventReader {
public:
    // A line that is longer was not written by us: it is passed over.
    static constexpr std::size_t longest_line = 64u << 10;

    // Throws base::Failure when it cannot be opened, or is no file.
    EventReader(const std::string& directory, const std::string& name);

    // Where a line begins; what is erased behind it is passed over.
    void seek(std::uint64_t offset);
    // Behind the last line that was given.
    [[nodiscard]] std::uint64_t at() const { return at_; }
    // The next whole line that can be read, its views good until the next call; nothing:
    // there is none yet.  Throws base::Failure when the disk cannot.
    [[nodiscard]] std::optional<EventLine> next();
    // Lines that say nothing, so far.
    [[nodiscard]] std::uint64_t damaged() const { return damaged_; }
    // What was given survives a power cut.  Throws base::Failure.
    void sync() const;
    // Nobody writes it any more, and all of it has been given; what a crash has torn at its
    // end is nothing.
    [[nodiscard]] bool finished();
    void remove() const;
    // Nothing before this offset, which is not behind at(), is left on the disk: zeros, and
    // no blocks where the file system makes holes.  Its writer may go on.  Throws
    // base::Failure.
    void erase(std::uint64_t before) const;

private:
    [[nodiscard]] std::uint64_t size() const;
    [[nodiscard]] bool read_more();
    void pass_erased();
    [[nodiscard]] std::optional<std::string_view> next_line();

    std::string path_;
    base::Fd fd_;
    std::string buffer_;    // of the file
    std::size_t taken_ = 0; // of the buffer; what follows begins at at_
    std::uint64_t at_ = 0;
    std::uint64_t erased_ = 0; // nothing before this one is to be had
    std::uint64_t damaged_ = 0;
    bool too_long_ = false; // in the middle of such a line
};

} // namespace spool
