// SPDX-License-Identifier: Apache-2.0
// net/line_reader.cc - reads when the buffer has not enough, waits without one.
#include "net/line_reader.h"

namespace net {

// One attempt: true if there is something new or the end has come.
bool LineReader::read_now(bool bulk, bool& ended)
{
    if (stream_.drained())
        return false;
    const std::span<char> space = buffer_.space(bulk && flowing_);
    const std::ptrdiff_t got = stream_.try_read(space);
    if (got == 0)
        return false;
    ended = got < 0;
    if (!ended) {
        buffer_.filled(static_cast<std::size_t>(got));
        flowing_ = static_cast<std::size_t>(got) == space.size();
    }
    return true;
}

Task<std::optional<Line>> LineReader::hear_line(std::size_t limit)
{
    bool ended = false;
    for (;;) {
        const std::optional<Line> line = buffer_.next_line(limit);
        if (line || ended)
            co_return line;
        if (read_now(false, ended))
            continue;
        buffer_.release_if_empty();
        co_await stream_.wait_readable();
    }
}

Task<bool> LineReader::hear_more()
{
    bool ended = false;
    while (!read_now(true, ended)) {
        buffer_.release_if_empty();
        co_await stream_.wait_readable();
    }
    co_return !ended;
}

Task<std::string_view> LineReader::hear_bytes()
{
    if (buffer_.empty())
        co_await hear_more();
    co_return buffer_.available();
}

} // namespace net
