// SPDX-License-Identifier: Apache-2.0
// Lines cut out of a stream: the same for every way the bytes may be cut, nothing lost.
#include "net/line_buffer.h"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

namespace {

constexpr std::size_t limit = 40;

// `step` bytes at a time; 0: as many as fit.
std::vector<std::string> lines_of(std::string_view bytes, std::size_t step)
{
    net::LineBuffer buffer;
    std::vector<std::string> lines;
    while (!bytes.empty()) {
        const std::span<char> space = buffer.space();
        std::size_t size = std::min(space.size(), bytes.size());
        if (step > 0)
            size = std::min(size, step);
        std::memcpy(space.data(), bytes.data(), size);
        buffer.filled(size);
        bytes.remove_prefix(size);
        for (auto line = buffer.next_line(limit); line; line = buffer.next_line(limit)) {
            // Whether a swallowed line had a stray CR depends on how it came.
            const bool stray = line->stray && !line->too_long;
            lines.push_back((line->too_long ? "L"
                             : stray        ? "S"
                                            : "-") +
                            std::string(line->too_long ? "" : line->text));
        }
        if (buffer.available().size() > space.size() + size)
            std::abort();
        buffer.release_if_empty();
    }
    lines.emplace_back(buffer.available().substr(0, 1));
    return lines;
}

// The plain definition.
std::vector<std::string> expected(std::string_view bytes)
{
    std::vector<std::string> lines;
    for (;;) {
        const std::size_t end = bytes.find("\r\n");
        if (end == std::string_view::npos)
            return lines;
        const std::string_view text = bytes.substr(0, end);
        const bool stray = text.find_first_of("\r\n") != std::string_view::npos;
        if (text.size() > limit)
            lines.emplace_back("L");
        else
            lines.push_back((stray ? "S" : "-") + std::string(text));
        bytes.remove_prefix(end + 2);
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string bytes(reinterpret_cast<const char*>(data), size);
    const std::vector<std::string> wanted = expected(bytes);
    for (const std::size_t step : {0u, 1u, 2u, 3u, 41u, 43u}) {
        std::vector<std::string> lines = lines_of(bytes, step);
        lines.pop_back(); // what is left of the last, unfinished line
        if (lines != wanted)
            std::abort();
    }
    return 0;
}
