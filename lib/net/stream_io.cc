// SPDX-License-Identifier: Apache-2.0
// net/stream_io.cc - reads and writes of a Stream: try first, wait only when it would
// block.
#include "base/failure.h"
#include "net/stream_state.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <unistd.h>

namespace net {

namespace {

// One sendfile(2) or one block of a file in TLS: long enough to be cheap, short enough that
// the other dialogues get their turn.
constexpr std::uint64_t file_step = 1u << 20;

[[noreturn]] void fail_peer(int error)
{
    throw PeerGone(std::strerror(error));
}

// What is left of two parts after `sent` bytes have gone out.
void consume(std::array<iovec, 2>& parts, std::size_t sent)
{
    for (iovec& part : parts) {
        const std::size_t taken = std::min(sent, part.iov_len);
        part.iov_base = static_cast<char*>(part.iov_base) + taken;
        part.iov_len -= taken;
        sent -= taken;
    }
}

iovec part_of(std::string_view bytes)
{
    return {const_cast<char*>(bytes.data()), bytes.size()}; // sendmsg(2) only reads it
}

Task<void> write_plain(StreamState state, std::array<iovec, 2> parts)
{
    state->check();
    while (parts[0].iov_len + parts[1].iov_len > 0) {
        const std::size_t first = parts[0].iov_len == 0 ? 1 : 0;
        const ssize_t sent = state->send(
            &parts[first], parts[1].iov_len == 0 ? 1 : static_cast<int>(2 - first));
        if (sent >= 0)
            consume(parts, static_cast<std::size_t>(sent));
        else if (sent == -EAGAIN)
            co_await wait_writable(state);
        else
            fail_peer(static_cast<int>(-sent));
    }
}

Task<void> flush(StreamState state)
{
    while (!state->tls->flush())
        co_await wait_writable(state);
}

// Small parts share a record.
Task<void> write_tls(StreamState state, std::array<iovec, 2> parts)
{
    state->check();
    while (parts[0].iov_len + parts[1].iov_len > 0) {
        static thread_local std::array<char, TlsSession::record_size> record;
        const std::size_t head = std::min(parts[0].iov_len, record.size());
        std::size_t size = std::min(parts[1].iov_len, record.size() - head);
        if (head == 0) {
            state->tls->write({static_cast<const char*>(parts[1].iov_base), size});
        } else {
            std::memcpy(record.data(), parts[0].iov_base, head);
            if (size > 0)
                std::memcpy(record.data() + head, parts[1].iov_base, size);
            size += head;
            state->tls->write({record.data(), size});
        }
        consume(parts, size);
        if (state->tls->unsent() >= TlsSession::flush_mark)
            co_await flush(state);
    }
    co_await flush(state);
}

[[noreturn]] void fail_short_file()
{
    throw base::Failure(base::Remedy::check_disk, "read file to send: shorter than it was");
}

Task<void> send_file(StreamState state, int file, off_t offset, std::uint64_t length)
{
    state->check();
    while (length > 0) {
        const ssize_t sent = ::sendfile(state->descriptor.native_handle(), file, &offset,
                                        std::min(length, file_step));
        if (sent > 0) {
            length -= static_cast<std::uint64_t>(sent);
        } else if (sent == 0) {
            fail_short_file();
        } else if (errno == EAGAIN) {
            co_await wait_writable(state);
        } else if (errno == EIO) {
            base::fail_errno("read", "file to send");
        } else if (errno != EINTR) {
            fail_peer(errno);
        }
    }
}

Task<void> encrypt_file(StreamState state, int file, off_t offset, std::uint64_t length)
{
    state->check();
    while (length > 0) {
        static thread_local std::array<char, TlsSession::record_size> record;
        const ssize_t got = ::pread(file, record.data(),
                                    std::min<std::uint64_t>(length, record.size()), offset);
        if (got < 0)
            base::fail_errno("read", "file to send");
        if (got == 0)
            fail_short_file();
        state->tls->write({record.data(), static_cast<std::size_t>(got)});
        offset += got;
        length -= static_cast<std::uint64_t>(got);
        if (state->tls->unsent() >= TlsSession::flush_mark)
            co_await flush(state);
    }
    co_await flush(state);
}

Task<std::size_t> read(StreamState state, std::span<char> buffer)
{
    for (;;) {
        if (!state->drained) {
            const std::ptrdiff_t got = state->read_now(buffer);
            if (got >= 0)
                co_return static_cast<std::size_t>(got);
        }
        co_await wait_readable(state);
    }
}

Task<void> handshake(StreamState state)
{
    for (;;) {
        const bool finished = state->tls->handshake();
        if (finished)
            co_return;
        co_await flush(state);
        co_await wait_readable(state);
        state->check();
    }
}

} // namespace

ssize_t Stream::State::receive(std::span<char> buffer)
{
    for (;;) {
        const int fd = descriptor.native_handle();
        const ssize_t got = is_socket ? ::recv(fd, buffer.data(), buffer.size(), 0)
                                      : ::read(fd, buffer.data(), buffer.size());
        if (got >= 0)
            return got;
        if (errno != EINTR)
            return -errno;
    }
}

ssize_t Stream::State::send(const iovec* parts, int count)
{
    for (;;) {
        ssize_t sent = 0;
        if (is_socket && count == 1) {
            sent = ::send(descriptor.native_handle(), parts->iov_base, parts->iov_len,
                          MSG_NOSIGNAL);
        } else if (is_socket) {
            msghdr message{};
            message.msg_iov = const_cast<iovec*>(parts);
            message.msg_iovlen = static_cast<std::size_t>(count);
            sent = ::sendmsg(descriptor.native_handle(), &message, MSG_NOSIGNAL);
        } else {
            sent = ::writev(descriptor.native_handle(), parts, count);
        }
        if (sent >= 0)
            return sent;
        if (errno != EINTR)
            return -errno;
    }
}

std::ptrdiff_t Stream::State::read_now(std::span<char> buffer)
{
    check();
    if (tls) {
        const std::ptrdiff_t got = tls->read(buffer);
        drained = got > 0 && tls->drained();
        return got;
    }
    const ssize_t got = receive(buffer);
    if (got == -EAGAIN)
        return would_block;
    if (got < 0)
        fail_peer(static_cast<int>(-got));
    drained = got > 0 && static_cast<std::size_t>(got) < buffer.size();
    return got;
}

Task<std::size_t> Stream::read_some(std::span<char> buffer)
{
    return read(state_, buffer);
}

std::ptrdiff_t Stream::try_read(std::span<char> buffer)
{
    const std::ptrdiff_t got = state_->read_now(buffer);
    if (got == State::would_block)
        return 0;
    return got == 0 ? -1 : got;
}

Task<void> Stream::wait_readable()
{
    return net::wait_readable(state_);
}

bool Stream::drained() const
{
    return state_->drained;
}

Task<void> Stream::wait_writable()
{
    return net::wait_writable(state_);
}

Task<void> Stream::write(std::string_view bytes)
{
    return write(bytes, {});
}

Task<void> Stream::write(std::string_view head, std::string_view bytes)
{
    const std::array<iovec, 2> parts{part_of(head), part_of(bytes)};
    return state_->tls ? write_tls(state_, parts) : write_plain(state_, parts);
}

Task<void> Stream::write_file(int file, std::uint64_t offset, std::uint64_t length)
{
    const auto from = static_cast<off_t>(offset);
    return state_->tls ? encrypt_file(state_, file, from, length)
                       : send_file(state_, file, from, length);
}

Task<void> Stream::accept_tls(const TlsContext& context)
{
    state_->check();
    state_->tls = TlsSession::accept(fd(), context);
    state_->drained = false;
    return handshake(state_);
}

Task<void> Stream::connect_tls(const TlsContext& context, std::string server_name)
{
    state_->check();
    state_->tls = TlsSession::connect(fd(), context, server_name);
    state_->drained = false;
    return handshake(state_);
}

void Stream::shutdown_write()
{
    if (state_->tls) {
        state_->tls->close_notify();
        // A peer that does not read any more needs no farewell.
        (void)state_->tls->flush();
    }
    (void)::shutdown(fd(), SHUT_WR); // a pipe cannot be half closed
}

} // namespace net
