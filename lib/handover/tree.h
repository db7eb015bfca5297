// SPDX-License-Identifier: Apache-2.0
// handover/tree.h - directories of files: written durably, read whole.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace handover {

// A directory of its own beside `path`, mode 0700; gone with its owner.  If we are killed
// it stays: a name that begins with ".image-".
class WorkDirectory {
public:
    explicit WorkDirectory(const std::string& beside);
    ~WorkDirectory();
    WorkDirectory(const WorkDirectory&) = delete;
    WorkDirectory& operator=(const WorkDirectory&) = delete;
    [[nodiscard]] const std::string& path() const { return path_; }

private:
    std::string path_;
};

// Mode 0700, on the disk when this returns; nothing to do if it is there.
void make_directory(const std::string& directory);
// Overwrites it, then removes it durably; nothing to do if it is not there.
void destroy_file(const std::string& file);

// Names of all regular files below, with "/" between directories, sorted by octets.
// Failure(fix_data) if there is anything but files and directories.
[[nodiscard]] std::vector<std::string> list_tree(const std::string& directory);
// Of the directories below, those in which there is no file.
void remove_empty_directories(const std::string& directory);
// All files and directories below get this time, in seconds since 1970.
void set_times(const std::string& directory, std::int64_t seconds);
// Renames durably, with mode 0600; never over another file.
void publish_file(const std::string& from, const std::string& to);

} // namespace handover
