// SPDX-License-Identifier: Apache-2.0
#include "base/hidden.h"

#include "base/failure.h"

#include <cerrno>
#include <filesystem>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace base {

namespace {

namespace fs = std::filesystem;

constexpr mode_t hiding_mode = S_IRWXU | S_IRGRP | S_IXGRP;

struct stat status_of(const fs::path& path)
{
    struct stat status{};
    if (::stat(path.c_str(), &status) != 0)
        fail_errno("look at", path.native(), Remedy::fix_config);
    return status;
}

bool keeps_out_others(const struct stat& directory, gid_t group)
{
    if ((directory.st_mode & S_IXOTH) != 0)
        return false;
    return (directory.st_mode & S_IXGRP) == 0 || directory.st_gid == group ||
           directory.st_gid == 0;
}

} // namespace

bool is_hidden(const std::string& path)
{
    std::error_code error;
    const fs::path real = fs::canonical(path, error); // wherever a link leads
    if (error)
        fail_errno("look at", path, Remedy::fix_config, error.value());
    const gid_t group = status_of(real).st_gid;
    for (fs::path above = real; above.has_relative_path();) {
        above = above.parent_path();
        if (keeps_out_others(status_of(above), group))
            return true;
    }
    return false;
}

void require_hidden(const std::string& path)
{
    if (!is_hidden(path))
        throw Failure(Remedy::fix_config,
                      path + ": others can see when it changes: put it into a directory "
                             "that they may not enter");
}

bool make_hiding_directory(const std::string& path, gid_t group)
{
    const fs::path above = fs::absolute(path).parent_path();
    std::error_code error;
    fs::create_directories(above.parent_path(), error);
    if (error)
        fail_errno("create", above.parent_path().native(), Remedy::make_room,
                   error.value());
    if (::mkdir(above.c_str(), S_IRWXU) != 0) {
        if (errno == EEXIST)
            return false;
        fail_errno("create", above.native(), Remedy::make_room);
    }
    // Whatever umask says.
    if (::chown(above.c_str(), static_cast<uid_t>(-1), group) != 0 ||
        ::chmod(above.c_str(), hiding_mode) != 0)
        fail_errno("give", above.native(), Remedy::get_permission);
    return true;
}

} // namespace base
