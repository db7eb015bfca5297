// SPDX-License-Identifier: Apache-2.0
// base/hidden.h - whether other users can see that a file or directory changes.
//
// Rights of its own hide what is in a directory, but not when it changes: whoever may
// search what is above it can stat(2) its times, its size and its links.
#pragma once

#include <string>
#include <sys/types.h>

namespace base {

// Nobody else may search one of the directories above it: others, nor a group but its own.
[[nodiscard]] bool is_hidden(const std::string& path);
// Throws Failure(fix_config) if it is not.
void require_hidden(const std::string& path);

// Makes the directory that `path` is to lie in, if there is none: for us and for `group`,
// which may not change it.  Returns whether it was made.
bool make_hiding_directory(const std::string& path, gid_t group);

} // namespace base
