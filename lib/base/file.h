// SPDX-License-Identifier: Apache-2.0
// base/file.h - whole files: read, made, and replaced so that a crash leaves one or the
// other.
//
// Who may read a file, and whose it becomes, is the caller's business; the spool has an
// order of writing of its own (lib/spool).  All throw base::Failure naming the file.
#pragma once

#include "base/failure.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <sys/types.h>

namespace base {

constexpr std::size_t no_limit = PTRDIFF_MAX;

// What is left to read, but never more than one octet above `limit`: a result longer than
// `limit` says that there is more.
[[nodiscard]] std::string read_all(int fd, std::string_view name,
                                   Remedy remedy = Remedy::check_disk,
                                   std::size_t limit = no_limit);
[[nodiscard]] std::string read_file(const std::string& file,
                                    Remedy remedy = Remedy::check_disk,
                                    std::size_t limit = no_limit);
// A file that is not there is empty.
[[nodiscard]] std::string read_file_if_there(const std::string& file);

void write_all(int fd, std::string_view octets, std::string_view name,
               Remedy remedy = Remedy::check_disk);

// All of it becomes zeros, on the disk when this returns, as far as the file system writes
// in place.
void overwrite(int fd, std::string_view name);

// On the disk when it returns; of a directory, the names in it.
void sync(int fd, std::string_view name);
void sync_directory(const std::string& directory);
// The directory that `file` is in.
void sync_directory_of(const std::string& file);

// Must not exist; has this mode, whatever umask says.  On the disk when this returns, and
// so is its name.  What cannot be written is removed.
void make_file(const std::string& file, std::string_view octets, mode_t mode);
// The same of what need not outlive a crash: nothing of it is on the disk for certain.
void make_scratch_file(const std::string& file, std::string_view octets, mode_t mode);
// By "FILE.new" and rename(2), on the disk when this returns.  If we die before, the old
// content stands, perhaps with FILE.new beside it: the next call overwrites that.
void replace_file(const std::string& file, std::string_view octets, mode_t mode);

} // namespace base
