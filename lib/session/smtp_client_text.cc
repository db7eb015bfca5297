// SPDX-License-Identifier: Apache-2.0
// session/smtp_client_text.cc - the message itself, from the segment to the socket.
//
// A small message is read once and leaves in one write with what surrounds it; a large one
// goes by sendfile in pieces, each with its own time limit, so that a slow line is no
// failure but a stopped one is.  Only a message with lines that begin with a dot is looked
// at byte for byte, and only when it goes by DATA.
#include "base/read_at.h"
#include "session/smtp_client.h"
#include "session/smtp_client_exchange.h"
#include "smtp/dot_stuffer.h"

#include <algorithm>
#include <span>
#include <utility>

namespace session {

namespace {

constexpr std::uint64_t piece_size = 1u << 20;
constexpr std::uint64_t small_message = 128u << 10;

// Reads exactly `count` bytes at `offset`, behind what `out` has.
void read_exactly(const spool::Message& message, std::uint64_t offset, std::size_t count,
                  char* out)
{
    const std::string name = "message " + message.envelope.id.text();
    const std::size_t got = base::read_at(message.file->get(), message.offset + offset,
                                          std::span(out, count), name);
    if (got < count)
        throw base::Failure(base::Remedy::check_disk, "read " + name + ": too short");
}

bool ends_with_newline(const spool::Message& message)
{
    if (message.size < 2)
        return message.size == 0;
    char end[2];
    read_exactly(message, message.size - 2, 2, end);
    return end[0] == '\r' && end[1] == '\n';
}

} // namespace

// The message followed by `tail`, good until the next call.
std::string_view SmtpClient::read_small(const spool::Message& message,
                                        std::string_view tail)
{
    const auto size = static_cast<std::size_t>(message.size);
    const std::size_t all = size + tail.size();
    // The length given to the function is not used: libstdc++ 12 passes what it has
    // reserved.
    scratch_.resize_and_overwrite(all, [&](char* bytes, std::size_t) {
        read_exactly(message, 0, size, bytes);
        std::copy(tail.begin(), tail.end(), bytes + size);
        return all;
    });
    return scratch_;
}

net::Task<void> SmtpClient::say_chunk(Exchange& exchange, std::string head)
{
    const spool::Message& message = *exchange.mail.message;
    head += "BDAT " + std::to_string(message.size) + " LAST\r\n";
    exchange.text_sent = true;
    if (message.size <= small_message) {
        const std::string_view body = read_small(message, {});
        stream_.set_timeout(base::seconds(options_.timeouts.data));
        co_await stream_.write(head, body);
        co_return;
    }
    co_await say(head, options_.timeouts.command);
    co_await say_file(message);
}

net::Task<void> SmtpClient::say_text(Exchange& exchange)
{
    const spool::Message& message = *exchange.mail.message;
    step_ = Step::body;
    if (exchange.text_sent)
        co_return;
    if (exchange.chunking) {
        co_await say_chunk(exchange, {});
        co_return;
    }
    if (message.envelope.dot_lines || !ends_with_newline(message)) {
        co_await say_stuffed(message);
        co_return;
    }
    if (message.size <= small_message) {
        const std::string_view all = read_small(message, ".\r\n");
        co_await say(all, options_.timeouts.data);
        co_return;
    }
    co_await say_file(message);
    co_await say(".\r\n", options_.timeouts.data);
}

net::Task<void> SmtpClient::say_file(const spool::Message& message)
{
    const int fd = message.file->get();
    for (std::uint64_t done = 0; done < message.size;) {
        const std::uint64_t count = std::min(piece_size, message.size - done);
        stream_.set_timeout(base::seconds(options_.timeouts.data));
        co_await stream_.write_file(fd, message.offset + done, count);
        done += count;
    }
}

net::Task<void> SmtpClient::say_stuffed(const spool::Message& message)
{
    smtp::DotStuffer stuffer;
    std::string out;
    for (std::uint64_t done = 0; done < message.size;) {
        const std::uint64_t count = std::min(small_message, message.size - done);
        scratch_.resize(static_cast<std::size_t>(count));
        read_exactly(message, done, scratch_.size(), scratch_.data());
        stuffer.feed(scratch_, out);
        done += count;
        if (done == message.size)
            break;
        co_await say(out, options_.timeouts.data);
        out.clear();
    }
    stuffer.finish(out);
    co_await say(out, options_.timeouts.data);
}

} // namespace session
