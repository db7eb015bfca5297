// SPDX-License-Identifier: Apache-2.0
// net/line_reader.cc - reads when the buffer has not enough, waits without one.
#include "net/line_reader.h"

#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace net {

// One attempt: true if there is something new or the end has come.
bool LineReader::read_now(Expect what, bool& ended)
{
    if (stream_.drained())
        return false;
    const std::span<char> space = buffer_.space(what);
    const std::ptrdiff_t got = stream_.try_read(space);
    if (got == 0)
        return false;
    ended = got < 0;
    if (!ended) {
        buffer_.filled(static_cast<std::size_t>(got));
        heard_at_a_stretch_ += static_cast<std::size_t>(got);
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
        if (const std::optional<Line> hopeless = buffer_.hopeless_line())
            co_return hopeless;
        const bool more = !must_pause() && read_now(Expect::line, ended);
        if (!more)
            co_await wait();
    }
}

Task<bool> LineReader::hear_more()
{
    bool ended = false;
    for (;;) {
        const bool more = !must_pause() && read_now(Expect::data, ended);
        if (more)
            co_return !ended;
        co_await wait();
    }
}

bool LineReader::hear_now(Expect what, bool& ended)
{
    return !buffer_.empty() || (!must_pause() && read_now(what, ended));
}

// No coroutine: whoever waits holds the frame of one wait and nothing else.
Task<void> LineReader::wait()
{
    const bool pause = must_pause();
    heard_at_a_stretch_ = 0;
    if (pause)
        return let_others_work();
    buffer_.release_if_empty();
    return stream_.wait_readable();
}

Task<void> LineReader::let_others_work()
{
    const auto executor = co_await boost::asio::this_coro::executor;
    co_await boost::asio::post(executor, boost::asio::use_awaitable);
}

Task<std::string_view> LineReader::hear_bytes()
{
    if (buffer_.empty())
        co_await hear_more();
    co_return buffer_.available();
}

} // namespace net
