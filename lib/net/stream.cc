// SPDX-License-Identifier: Apache-2.0
// net/stream.cc - what a Stream is besides its reads and writes: descriptor, deadline, end.
#include "net/stream.h"

#include "net/stream_state.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <utility>

namespace net {

namespace asio = boost::asio;

Stream::State::State(Loop& l, base::Fd fd) : loop(l), descriptor(l.io())
{
    const int on = 1;
    if (::setsockopt(fd.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) != 0)
        is_socket = errno != ENOTSOCK; // a Unix socket has no such option and needs none
    descriptor.assign(fd.get());
    (void)fd.release();
    descriptor.native_non_blocking(true);
}

void Stream::State::check() const
{
    if (aborted)
        throw PeerGone("connection ended on this side");
    if (late)
        throw TimedOut("deadline passed");
}

void Stream::State::deadline_passed()
{
    late = true;
    boost::system::error_code ignored;
    descriptor.cancel(ignored);
}

void Stream::State::close()
{
    aborted = true;
    loop.deadlines().set(*this, base::SteadyTime::max());
    boost::system::error_code ignored;
    descriptor.close(ignored);
}

Task<void> wait_readable(StreamState state)
{
    state->check();
    if (state->tls)
        (void)state->tls->flush(); // a session ticket or alert; a full socket has a writer
    boost::system::error_code ignored; // the next read knows why; files are always ready
    co_await state->descriptor.async_wait(
        asio::posix::descriptor_base::wait_read,
        asio::redirect_error(asio::use_awaitable, ignored));
    state->drained = false;
}

Task<void> wait_writable(StreamState state)
{
    state->check();
    boost::system::error_code ignored;
    co_await state->descriptor.async_wait(
        asio::posix::descriptor_base::wait_write,
        asio::redirect_error(asio::use_awaitable, ignored));
    state->check();
}

Stream::Stream(Loop& loop, base::Fd fd)
    : state_(std::make_shared<State>(loop, std::move(fd)))
{
}

Stream::Stream(Stream&&) noexcept = default;

Stream& Stream::operator=(Stream&& other) noexcept
{
    if (this != &other) {
        if (state_)
            state_->close();
        state_ = std::move(other.state_);
    }
    return *this;
}

Stream::~Stream()
{
    if (state_)
        state_->close();
}

bool Stream::is_tls() const
{
    return state_->tls != nullptr;
}

const TlsFacts& Stream::tls() const
{
    static const TlsFacts none;
    return state_->tls ? state_->tls->facts() : none;
}

void Stream::set_deadline(base::SteadyTime when)
{
    state_->late = false;
    state_->loop.deadlines().set(*state_, when);
}

void Stream::set_timeout(base::seconds from_now)
{
    set_deadline(base::Steady::now() + from_now);
}

void Stream::expire()
{
    state_->deadline_passed();
}

void Stream::abort()
{
    state_->aborted = true;
    boost::system::error_code ignored;
    state_->descriptor.cancel(ignored);
}

int Stream::fd() const
{
    return state_->descriptor.native_handle();
}

Address Stream::peer() const
{
    sockaddr_storage storage{};
    socklen_t length = sizeof storage;
    if (::getpeername(fd(), reinterpret_cast<sockaddr*>(&storage), &length) != 0)
        return {};
    return Address::from_sockaddr(reinterpret_cast<const sockaddr*>(&storage), length);
}

Address Stream::local() const
{
    sockaddr_storage storage{};
    socklen_t length = sizeof storage;
    if (::getsockname(fd(), reinterpret_cast<sockaddr*>(&storage), &length) != 0)
        return {};
    return Address::from_sockaddr(reinterpret_cast<const sockaddr*>(&storage), length);
}

} // namespace net
