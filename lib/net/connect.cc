// SPDX-License-Identifier: Apache-2.0
// net/connect.cc - connect(2) without blocking.
#include "net/connect.h"

#include <cstring>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <utility>

namespace net {

namespace {

std::unexpected<NotConnected> refused(const Address& to, std::string_view why)
{
    NotConnected out;
    out.why = "connect " + to.text() + ": ";
    out.why += why;
    return std::unexpected(std::move(out));
}

// Before a word has gone to the peer.
std::unexpected<NotConnected> failed(const Address& to, const std::string& before,
                                     int error)
{
    auto out = refused(to, before + std::strerror(error));
    out.error().ours = error == EMFILE || error == ENFILE || error == ENOMEM ||
                       error == ENOBUFS ||
                       (error == EADDRNOTAVAIL && to.family() == Address::Family::ipv4);
    return out;
}

int bind_source(int fd, const Address& source)
{
    sockaddr_storage storage{};
    const socklen_t length = source.to_sockaddr(storage);
    const int on = 1;
    // Lets the kernel choose the port at connect(2), so one source serves many peers.
    (void)::setsockopt(fd, SOL_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
    return ::bind(fd, reinterpret_cast<const sockaddr*>(&storage), length);
}

// Nothing, or why the connection under way came to nothing.
Task<std::string> outcome(Stream& stream)
{
    try {
        co_await stream.wait_writable();
    } catch (const TimedOut&) {
        co_return "timed out";
    } catch (const PeerGone& gone) {
        co_return gone.what();
    }
    int error = 0;
    socklen_t length = sizeof error;
    (void)::getsockopt(stream.fd(), SOL_SOCKET, SO_ERROR, &error, &length);
    co_return error == 0 ? std::string() : std::string(std::strerror(error));
}

} // namespace

Task<std::expected<Stream, NotConnected>>
connect(Loop& loop, Address to, base::milliseconds timeout, Address source)
{
    sockaddr_storage storage{};
    const socklen_t length = to.to_sockaddr(storage);
    base::Fd fd(::socket(storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (!fd)
        co_return failed(to, "", errno);
    if (source.family() == to.family() && bind_source(fd.get(), source) != 0)
        co_return failed(to, "bind " + source.ip() + ": ", errno);

    const int result =
        ::connect(fd.get(), reinterpret_cast<const sockaddr*>(&storage), length);
    const int error = result == 0 ? 0 : errno;
    if (error != 0 && error != EINPROGRESS)
        co_return failed(to, "", error);

    Stream stream(loop, std::move(fd));
    if (error == EINPROGRESS) {
        stream.set_deadline(base::Steady::now() + timeout);
        const std::string why = co_await outcome(stream);
        if (!why.empty())
            co_return refused(to, why);
        stream.set_deadline(base::SteadyTime::max());
    }
    co_return stream;
}

} // namespace net
