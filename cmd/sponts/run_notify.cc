// SPDX-License-Identifier: Apache-2.0
#include "run_notify.h"

#include "base/failure.h"

#include <array>
#include <cstring>
#include <optional>
#include <string_view>
#include <sys/socket.h>
#include <sys/un.h>

namespace sponts {

namespace {

struct Notice {
    pid_t sender = 0;
    bool ready = false;
};

bool says_ready(std::string_view text)
{
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        if (text.substr(0, end) == "READY=1")
            return true;
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return false;
}

pid_t sender_of(msghdr& message)
{
    for (cmsghdr* part = CMSG_FIRSTHDR(&message); part != nullptr;
         part = CMSG_NXTHDR(&message, part)) {
        if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_CREDENTIALS)
            continue;
        ucred who{};
        std::memcpy(&who, CMSG_DATA(part), sizeof who);
        return who.pid;
    }
    return 0;
}

std::optional<Notice> receive(int fd)
{
    std::array<char, 1024> text{};
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(ucred))> control{};
    iovec part{text.data(), text.size()};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    const auto length = ::recvmsg(fd, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    if (length < 0)
        return std::nullopt;
    return Notice{sender_of(message),
                  says_ready({text.data(), static_cast<std::size_t>(length)})};
}

} // namespace

NotifySocket::NotifySocket()
    : fd_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0))
{
    const int on = 1;
    sockaddr_un name{};
    name.sun_family = AF_UNIX;
    // Autobind (unix(7)): the kernel picks an abstract address nobody has.
    if (!fd_ || ::setsockopt(fd_.get(), SOL_SOCKET, SO_PASSCRED, &on, sizeof on) != 0 ||
        ::bind(fd_.get(), reinterpret_cast<sockaddr*>(&name), sizeof(sa_family_t)) != 0)
        base::fail_errno("make", "notification socket", base::Remedy::repair_system);
    socklen_t length = sizeof name;
    if (::getsockname(fd_.get(), reinterpret_cast<sockaddr*>(&name), &length) != 0)
        base::fail_errno("name", "notification socket", base::Remedy::repair_system);
    const std::size_t used = length - sizeof(sa_family_t) - 1;
    address_ = "@" + std::string(name.sun_path + 1, used);
}

std::vector<pid_t> NotifySocket::take_ready()
{
    std::vector<pid_t> senders;
    while (const auto notice = receive(fd_.get()))
        if (notice->ready)
            senders.push_back(notice->sender);
    return senders;
}

} // namespace sponts
