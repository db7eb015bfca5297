// SPDX-License-Identifier: Apache-2.0
// audit/client.cc - see the header.
#include "audit/client.h"

#include "audit/wire.h"
#include "base/fd.h"

#include <array>
#include <cstring>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

namespace audit {

namespace {

std::unexpected<Denial> unreachable(const std::string& why)
{
    return std::unexpected(
        Denial{Denial::Reason::unreachable, "audit log not to be reached: " + why});
}

std::unexpected<Denial> unreachable_errno()
{
    return unreachable(std::strerror(errno));
}

int left_ms(base::SteadyTime deadline)
{
    const auto left =
        std::chrono::duration_cast<base::milliseconds>(deadline - base::Steady::now());
    return left.count() > 0 ? static_cast<int>(left.count()) : 0;
}

// False with errno when the time is over.
bool wait_for(int fd, short events, base::SteadyTime deadline)
{
    for (;;) {
        pollfd watched{fd, events, 0};
        const int ready = ::poll(&watched, 1, left_ms(deadline));
        if (ready > 0)
            return true;
        if (ready == 0)
            errno = ETIMEDOUT;
        if (ready == 0 || errno != EINTR)
            return false;
    }
}

// A full backlog is EAGAIN for Unix sockets; the caller tries again.
base::Fd connect_to(const std::string& path, base::SteadyTime deadline)
{
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof address.sun_path) {
        errno = ENAMETOOLONG;
        return {};
    }
    std::memcpy(address.sun_path, path.data(), path.size());
    base::Fd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    constexpr int pause_ms = 20;
    while (fd && ::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address),
                           sizeof address) != 0) {
        if (errno != EAGAIN || left_ms(deadline) == 0)
            return {};
        (void)::poll(nullptr, 0, pause_ms);
    }
    return fd;
}

bool say(int fd, std::string_view text, base::SteadyTime deadline)
{
    while (!text.empty()) {
        const ssize_t sent = ::send(fd, text.data(), text.size(), MSG_NOSIGNAL);
        if (sent < 0 && errno != EAGAIN && errno != EINTR)
            return false;
        if (sent < 0 && !wait_for(fd, POLLOUT, deadline))
            return false;
        text.remove_prefix(sent < 0 ? 0 : static_cast<std::size_t>(sent));
    }
    return true;
}

// A line, without its newline; what there is when the other side ends or errs.
std::string hear(int fd, base::SteadyTime deadline)
{
    std::string heard;
    std::array<char, 1024> buffer{};
    while (heard.size() < max_answer && wait_for(fd, POLLIN, deadline)) {
        const ssize_t got = ::recv(fd, buffer.data(), buffer.size(), 0);
        if (got < 0 && (errno == EAGAIN || errno == EINTR))
            continue;
        if (got <= 0) {
            errno = got == 0 ? ECONNRESET : errno;
            return {};
        }
        heard.append(buffer.data(), static_cast<std::size_t>(got));
        if (heard.ends_with('\n')) {
            heard.pop_back();
            return heard;
        }
    }
    return {};
}

} // namespace

std::expected<Noted, Denial> Client::note(const Entry& entry) const
{
    const base::SteadyTime deadline = base::Steady::now() + patience;
    const base::Fd fd = connect_to(socket_, deadline);
    if (!fd || !say(fd.get(), encode_request(entry), deadline))
        return unreachable_errno();
    const std::string line = hear(fd.get(), deadline);
    if (line.empty())
        return unreachable_errno();
    const auto answer = parse_answer(line);
    if (!answer)
        return unreachable("answers what we do not understand");
    return *answer;
}

} // namespace audit
