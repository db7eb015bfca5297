// SPDX-License-Identifier: Apache-2.0
// seal/secret_file.h - files that only their owner may read.
#pragma once

#include <string>
#include <string_view>

namespace seal {

// The content, at most 64 kB.  Throws base::Failure(fix_config): unreadable, no regular
// file, readable by others than its owner.  Files in $CREDENTIALS_DIRECTORY are guarded by
// systemd, who may use access lists for that: their group bits say nothing.
[[nodiscard]] std::string read_secret_file(const std::string& file);
// The same of what everybody may read.
[[nodiscard]] std::string read_public_file(const std::string& file);

// Makes `file` with this mode, whatever umask says; safely on the disk when this returns.
// It must not exist; when it cannot be written it is removed again.
void make_file(const std::string& file, std::string_view content, unsigned mode);

// A relative name as a file of $CREDENTIALS_DIRECTORY, if there is such a directory.
[[nodiscard]] std::string credential_path(const std::string& file);

} // namespace seal
