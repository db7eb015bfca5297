// SPDX-License-Identifier: Apache-2.0
// sponts/traffic_input.h - files of any size, line by line.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace sponts {

// A longer line is broken.
inline constexpr std::size_t longest_line = 256 << 10;

struct LineTaker {
    std::function<void(std::string_view line)> line; // without its end
    std::function<void()> broken_line;               // too long, or the file ends in it
};

// Throws base::Failure(supply_input) if it cannot be read.
void read_lines(int fd, std::string_view name, const LineTaker& taker);
void read_lines(const std::string& file, const LineTaker& taker);

} // namespace sponts
