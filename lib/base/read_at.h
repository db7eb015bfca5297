// SPDX-License-Identifier: Apache-2.0
// base/read_at.h - a part of a file, wherever it is read just now (pread(2)).
#pragma once

#include "base/failure.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace base {

// As much as there is room for; less only where the file ends.  Returns how much.  Throws
// Failure naming the file.
[[nodiscard]] std::size_t read_at(int fd, std::uint64_t offset, std::span<char> room,
                                  std::string_view name,
                                  Remedy remedy = Remedy::check_disk);
// The same; the string is shorter where the file ends.
[[nodiscard]] std::string read_at(int fd, std::uint64_t offset, std::size_t size,
                                  std::string_view name,
                                  Remedy remedy = Remedy::check_disk);

} // namespace base
