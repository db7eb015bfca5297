// SPDX-License-Identifier: Apache-2.0
// audit/files.h - the directory of the log on the disk, and the anchor outside of it.
//
//     DIRECTORY/log DIRECTORY/grants   chained files (chain.h), 0600
//     DIRECTORY/reviewer*.crt          the auditors' certificates; persons are sealed to
//                                      reviewer.crt, the others are of earlier years
//     DIRECTORY/lock                   flock(2) of who reads or writes
//     ANCHOR                           anchor.h
//
// Knows bytes and names, not what they mean.
#pragma once

#include "audit/inspect.h"
#include "base/fd.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <sys/types.h>

namespace audit {

struct Places {
    std::string directory;
    std::string anchor; // a file outside of it

    [[nodiscard]] std::string file(std::string_view name) const
    {
        return directory + '/' + std::string(name);
    }
};

// Who has one is alone, among all programs.
class Locked {
public:
    explicit Locked(const Places& places);

private:
    base::Fd fd_;
};

// Which file it is, how long, and when the kernel saw it change (which utimes(2) cannot
// set): tells whether somebody else has written.
struct Stamp {
    dev_t device = 0;
    ino_t inode = 0;
    off_t size = -1;
    std::int64_t changed = 0; // nanoseconds, in steps of some milliseconds
    bool operator==(const Stamp&) const = default;
};
[[nodiscard]] Stamp stamp_of(const std::string& file); // throws base::Failure

// Throws Failure(fix_config) when the log is where it was by default before, in what is
// now above its directory.
void refuse_left_behind(const Places& places);

// A file that is not there is empty: inspect() says what is wrong with that.
[[nodiscard]] Files read_files(const Places& places);

// On the disk when this returns.  A line that could not be written whole is cut off again.
void append_line(const std::string& file, std::string_view line);
void cut_file(const std::string& file, std::size_t size);
void write_anchor(const std::string& file, const Heads& heads);
// base::replace_file(), 0600.  What was there before is overwritten with zeros on the
// disk, as far as the file system writes in place.
void replace_file(const std::string& file, std::string_view content);
// Makes a directory (0700), if there is none, and what is above it.
void make_directory(const std::string& directory);

} // namespace audit
