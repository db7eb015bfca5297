// SPDX-License-Identifier: Apache-2.0
// audit/person.cc - see the header.
#include "audit/person.h"

#include "audit/escape.h"
#include "base/fd.h"

#include <array>
#include <cstdlib>
#include <fstream>
#include <optional>
#include <poll.h>
#include <pwd.h>
#include <string_view>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace audit {

namespace {

constexpr int peer_pidfd = 77; // SO_PEERPIDFD, since Linux 6.5
constexpr std::uint64_t not_set = 0xffffffff;

// A handle of the process that connected: its number may be given to another one.
base::Fd handle_of(int socket, pid_t pid)
{
    int fd = -1;
    socklen_t length = sizeof fd;
    if (::getsockopt(socket, SOL_SOCKET, peer_pidfd, &fd, &length) == 0)
        return base::Fd(fd);
    return base::Fd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
}

bool has_ended(const base::Fd& process)
{
    pollfd watched{process.get(), POLLIN, 0};
    return ::poll(&watched, 1, 0) != 0;
}

std::optional<uid_t> login_of(const std::string& process)
{
    std::ifstream in("/proc/" + process + "/loginuid");
    std::string text;
    std::getline(in, text);
    const auto uid = number_of(text);
    if (!uid || *uid >= not_set)
        return {};
    return static_cast<uid_t>(*uid);
}

// With hidepid= we see no process of others: "no login user" would be a guess, and who came
// by sudo would count as the user whom all officers become.
bool hidden(const std::string& process)
{
    return !std::ifstream("/proc/" + process + "/stat").is_open();
}

} // namespace

std::string user_name(uid_t uid)
{
    std::array<char, 4096> space{};
    passwd entry{};
    passwd* found = nullptr;
    if (::getpwuid_r(uid, &entry, space.data(), space.size(), &found) == 0 && found)
        return found->pw_name;
    return "uid " + std::to_string(uid);
}

std::expected<std::string, std::string> person_of_peer(int socket)
{
    ucred peer{};
    socklen_t length = sizeof peer;
    if (::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &length) != 0 || peer.pid <= 0)
        return std::unexpected("not a local process");
    const base::Fd process = handle_of(socket, peer.pid);
    const std::string number = std::to_string(peer.pid);
    const std::optional<uid_t> login = login_of(number);
    const bool unseen = !login && hidden(number);
    // Only now is it sure that what we have read was of the one who connected.
    if (!process || has_ended(process))
        return std::unexpected("the process that asks has ended");
    if (unseen)
        return std::unexpected("/proc hides who asks: mount it with gid=, see "
                               "tkuev-auditd(8)");
    return user_name(login.value_or(peer.uid));
}

std::string person_of_self()
{
    if (const std::optional<uid_t> login = login_of("self"))
        return user_name(*login);
    const char* const sudo = std::getenv("SUDO_UID");
    const auto uid = sudo == nullptr ? std::nullopt : number_of(sudo);
    return user_name(uid && *uid < not_set ? static_cast<uid_t>(*uid) : ::getuid());
}

} // namespace audit
