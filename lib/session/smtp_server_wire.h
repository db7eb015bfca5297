// SPDX-License-Identifier: Apache-2.0
// session/smtp_server_wire.h - a client's connection as the server's dialogue sees it.
//
// What is said is collected and goes out in one write when there is nothing left to hear:
// replies to pipelined commands share a packet (RFC 2920 section 3.2), and nothing is
// flushed without need.  An idle session owns no buffer (net/line_reader.h).
//
// End of input is PeerGone; a deadline that passes is TimedOut (net/stream.h).
#pragma once

#include "net/line_reader.h"
#include "net/stream.h"
#include "smtp/reply.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

namespace session {

class SmtpServerWire {
public:
    explicit SmtpServerWire(net::Stream stream)
        : stream_(std::move(stream)), reader_(stream_)
    {
    }
    SmtpServerWire(const SmtpServerWire&) = delete;
    SmtpServerWire& operator=(const SmtpServerWire&) = delete;

    // Collected; goes out when we have to wait for the client.
    void say(const smtp::Reply& reply)
    {
        const std::size_t before = output_.size();
        smtp::append_wire(output_, reply);
        said_ += output_.size() - before;
    }
    [[nodiscard]] net::Task<void> flush();
    // Called after each flush, whether there was anything to say or not.
    void when_flushed(std::function<void()> act) { flushed_ = std::move(act); }
    // Several packets are collected: a client that pipelines without end has to take its
    // answers first.
    [[nodiscard]] bool should_flush() const;

    // What is returned lives until the next call.
    [[nodiscard]] net::Task<net::Line> hear_line(std::size_t limit);
    // Some bytes of a message, at least one; used() says how many of them belonged to it.
    [[nodiscard]] net::Task<std::string_view> hear_bytes();
    void used(std::size_t count) { reader_.take(count); }
    // Octets of the dialogue so far, without TLS: what was understood, what was answered.
    [[nodiscard]] std::uint64_t heard() const { return reader_.taken(); }
    [[nodiscard]] std::uint64_t said() const { return said_; }

    // False once a write has failed: another reply would stand behind half a one.
    [[nodiscard]] bool can_speak() const { return !writing_; }

    [[nodiscard]] bool has_input() const { return reader_.has_buffered(); }
    // STARTTLS: whatever was sent ahead in the clear is thrown away, RFC 3207 section 4.2.
    void forget_input() { reader_.drop_buffered(); }

    [[nodiscard]] net::Stream& stream() { return stream_; }
    [[nodiscard]] const net::Stream& stream() const { return stream_; }

private:
    void keep(std::string buffer);

    net::Stream stream_;
    net::LineReader reader_;
    std::string output_;
    std::uint64_t said_ = 0;
    std::function<void()> flushed_;
    bool writing_ = false; // also when a write has failed: a reply is only half said
};

} // namespace session
