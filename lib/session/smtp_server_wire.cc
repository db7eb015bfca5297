// SPDX-License-Identifier: Apache-2.0
// session/smtp_server_wire.cc - see the header.

#include "session/smtp_server_wire.h"

#include <algorithm>
#include <utility>

namespace session {

namespace {

constexpr std::size_t kFlushAt = 4u << 10;
constexpr std::size_t kKeptCapacity = 1u << 10; // of the output of an idle session

} // namespace

bool SmtpServerWire::should_flush() const
{
    return output_.size() >= kFlushAt;
}

net::Task<void> SmtpServerWire::flush()
{
    if (!output_.empty()) {
        // Taken out first: what a broken write has partly said must not be said again.
        std::string said = std::exchange(output_, {});
        writing_ = true;
        co_await stream_.write(said);
        writing_ = false;
        keep(std::move(said));
    }
    if (flushed_)
        flushed_();
}

void SmtpServerWire::keep(std::string buffer)
{
    if (!output_.empty() || buffer.capacity() > kKeptCapacity)
        return;
    buffer.clear();
    output_ = std::move(buffer);
}

net::Task<net::Line> SmtpServerWire::hear_line(std::size_t limit)
{
    std::optional<net::Line> line = reader_.buffered_line(limit);
    if (!line) {
        co_await flush();
        line = co_await reader_.hear_line(limit);
    }
    if (!line)
        throw net::PeerGone("client closed the connection");
    co_return *line;
}

net::Task<std::string_view> SmtpServerWire::hear_bytes()
{
    if (!reader_.has_buffered())
        co_await flush();
    const std::string_view bytes = co_await reader_.hear_bytes();
    if (bytes.empty())
        throw net::PeerGone("client closed the connection within a message");
    co_return bytes;
}

} // namespace session
