// SPDX-License-Identifier: Apache-2.0
// base/locked_file.h - files that belong to a process as long as it holds their lock.
//
// Who finds one that nobody has locked takes what is in it, and removes it.
#pragma once

#include "base/fd.h"

#include <string>
#include <sys/types.h>

namespace base {

struct LockedFile {
    std::string path;
    Fd fd;
};

// A new one with a random name, which nobody has removed.  Throws Failure
// (fix_config): no such directory, or no right to write there.
[[nodiscard]] LockedFile new_locked_file(const std::string& directory, mode_t mode);

// Whether it is ours from now on, and still has its name.
[[nodiscard]] bool lock(int fd);

} // namespace base
