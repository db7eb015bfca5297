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

// A relative name as a file of $CREDENTIALS_DIRECTORY, if there is such a directory.
[[nodiscard]] std::string credential_path(const std::string& file);

} // namespace seal
