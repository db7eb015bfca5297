// SPDX-License-Identifier: Apache-2.0
// net/listener.cc - opening listening sockets and accepting from them.
#include "net/listener.h"

#include "base/failure.h"
#include "base/log.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <cstring>
#include <netinet/in.h>
#include <optional>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace net {

namespace asio = boost::asio;

namespace {

constexpr base::milliseconds accept_pause{1000};
// Connections taken in a row before the sessions under way get their turn.
constexpr int accept_burst = 64;

base::Remedy remedy_for(int error)
{
    switch (error) {
    case EACCES:
    case EPERM:
        return base::Remedy::get_permission;
    case EADDRINUSE:
    case EADDRNOTAVAIL:
        return base::Remedy::start_service;
    default:
        return base::Remedy::repair_system;
    }
}

// A socket file that nobody listens on is what a killed predecessor left.
void remove_stale(const sockaddr_storage& storage, socklen_t length,
                  const std::string& path)
{
    struct stat status{};
    if (::lstat(path.c_str(), &status) != 0 || !S_ISSOCK(status.st_mode))
        return;
    const base::Fd probe(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (::connect(probe.get(), reinterpret_cast<const sockaddr*>(&storage), length) != 0 &&
        errno == ECONNREFUSED)
        (void)::unlink(path.c_str()); // bind(2) will complain if this failed
}

void set_on(int fd, int level, int option, int value = 1)
{
    (void)::setsockopt(fd, level, option, &value, sizeof value);
}

bool is_any_ipv6(const Address& address)
{
    return address.family() == Address::Family::ipv6 && address.ip() == "::";
}

// The connection itself failed before we took it; the next one may be fine (accept(2)).
bool is_peers_trouble(int error)
{
    switch (error) {
    case EINTR:
    case ECONNABORTED:
    case EPROTO:
    case ENETDOWN:
    case ENOPROTOOPT:
    case EHOSTDOWN:
    case ENONET:
    case EHOSTUNREACH:
    case EOPNOTSUPP:
    case ENETUNREACH:
    case ETIMEDOUT:
    case EPERM: // a firewall rule
        return true;
    default:
        return false;
    }
}

enum class Accepted : std::uint8_t { one, none, retry, exhausted };

// A connection that cannot be served (no memory, no room in the kernel) is dropped; the
// listener outlives it.
Accepted hand_over(base::Fd fd, const Address& peer,
                   const std::function<void(base::Fd, Address)>& serve)
{
    try {
        serve(std::move(fd), peer);
        return Accepted::one;
    } catch (const std::exception& error) {
        base::log(base::Level::error, "accept-paused", "-",
                  {{"error", std::string_view(error.what())}});
        return Accepted::exhausted;
    }
}

Accepted accept_one(int listening, const std::function<void(base::Fd, Address)>& serve)
{
    sockaddr_storage storage{};
    socklen_t length = sizeof storage;
    base::Fd fd(::accept4(listening, reinterpret_cast<sockaddr*>(&storage), &length,
                          SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (fd)
        return hand_over(
            std::move(fd),
            Address::from_sockaddr(reinterpret_cast<const sockaddr*>(&storage), length),
            serve);
    if (errno == EAGAIN)
        return Accepted::none;
    if (is_peers_trouble(errno))
        return Accepted::retry;
    base::log(base::Level::error, "accept-paused", "-",
              {{"error", std::string_view(std::strerror(errno))}});
    return Accepted::exhausted;
}

// Up to a burst; what stopped it.
Accepted accept_some(int listening, const std::function<void(base::Fd, Address)>& serve,
                     const std::function<bool()>& stopping)
{
    for (int i = 0; i < accept_burst && !stopping(); ++i) {
        const Accepted result = accept_one(listening, serve);
        if (result == Accepted::none || result == Accepted::exhausted)
            return result;
    }
    return Accepted::one;
}

} // namespace

base::Fd listen_on(const Address& address, int backlog, mode_t mode)
{
    Address where = address;
    sockaddr_storage storage{};
    socklen_t length = where.to_sockaddr(storage);
    base::Fd fd(::socket(storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (!fd && errno == EAFNOSUPPORT && is_any_ipv6(address)) {
        where = *Address::parse_ip("0.0.0.0", address.port()); // a kernel without IPv6
        length = where.to_sockaddr(storage);
        fd.reset(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    }
    if (!fd)
        base::fail_errno("socket", address.text(), remedy_for(errno));
    if (where.family() == Address::Family::unix_path)
        remove_stale(storage, length, where.text());
    else
        set_on(fd.get(), SOL_SOCKET, SO_REUSEADDR);
    if (where.family() == Address::Family::ipv6)
        set_on(fd.get(), IPPROTO_IPV6, IPV6_V6ONLY, is_any_ipv6(where) ? 0 : 1);
    if (::bind(fd.get(), reinterpret_cast<const sockaddr*>(&storage), length) != 0)
        base::fail_errno("bind", address.text(), remedy_for(errno));
    // Nobody gets in before listen(2), so there is no moment with another mode.
    if (where.family() == Address::Family::unix_path &&
        ::chmod(where.text().c_str(), mode) != 0)
        base::fail_errno("chmod", address.text(), remedy_for(errno));
    if (::listen(fd.get(), backlog) != 0)
        base::fail_errno("listen", address.text(), remedy_for(errno));
    return fd;
}

Task<void> accept_loop(Loop& loop, base::Fd listening,
                       std::function<void(base::Fd, Address peer)> serve,
                       std::function<bool()> stopping)
{
    asio::posix::stream_descriptor descriptor(loop.io(), listening.get());
    (void)listening.release();
    descriptor.native_non_blocking(true);
    const Loop::Nudged look_again(loop, [&] { descriptor.cancel(); });
    while (!stopping()) {
        const Accepted last = accept_some(descriptor.native_handle(), serve, stopping);
        if (last == Accepted::exhausted) {
            co_await sleep_for(loop, accept_pause);
            continue;
        }
        if (stopping())
            break;
        boost::system::error_code ignored; // cancelled: look at stopping() again
        co_await descriptor.async_wait(asio::posix::descriptor_base::wait_read,
                                       asio::redirect_error(asio::use_awaitable, ignored));
    }
}

} // namespace net
