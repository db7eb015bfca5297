// SPDX-License-Identifier: Apache-2.0
// net/activation.cc - sockets and messages between us and systemd or `sponts run`.
#include "net/listener.h"

#include <charconv>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <fcntl.h>
#include <optional>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace net {

namespace {

constexpr int first_passed = 3;    // SD_LISTEN_FDS_START
constexpr long most_passed = 1000; // more is a mistake in the environment

std::optional<long> number_in(const char* variable)
{
    const char* const text = std::getenv(variable);
    if (!text)
        return {};
    long number = 0;
    const char* const last = text + std::strlen(text);
    const auto [end, error] = std::from_chars(text, last, number);
    if (error != std::errc{} || end != last)
        return {};
    return number;
}

std::string take_name(std::string_view& names)
{
    const std::size_t colon = names.find(':');
    std::string name(names.substr(0, colon));
    names.remove_prefix(colon == std::string_view::npos ? names.size() : colon + 1);
    return name;
}

bool is_listening(int fd)
{
    int listening = 0;
    socklen_t length = sizeof listening;
    return ::getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listening, &length) == 0 &&
           listening != 0;
}

void forget_passed()
{
    ::unsetenv("LISTEN_PID");
    ::unsetenv("LISTEN_FDS");
    ::unsetenv("LISTEN_FDNAMES");
}

long long monotonic_microseconds()
{
    std::timespec now{};
    ::clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1'000'000LL + now.tv_nsec / 1000;
}

} // namespace

std::vector<PassedSocket> passed_sockets()
{
    const std::optional<long> pid = number_in("LISTEN_PID");
    const std::optional<long> count = number_in("LISTEN_FDS");
    const char* const variable = std::getenv("LISTEN_FDNAMES");
    const std::string all_names = variable ? variable : "";
    forget_passed();

    std::vector<PassedSocket> sockets;
    if (pid != ::getpid() || !count || *count < 0 || *count > most_passed)
        return sockets;
    std::string_view names = all_names;
    for (int fd = first_passed; fd < first_passed + *count; ++fd) {
        std::string name = take_name(names);
        if (::fcntl(fd, F_SETFD, FD_CLOEXEC) != 0)
            continue; // announced, but not there
        sockets.push_back({base::Fd(fd), std::move(name), is_listening(fd)});
    }
    return sockets;
}

bool stdin_is_connection()
{
    sockaddr_storage storage{};
    socklen_t length = sizeof storage;
    return ::getpeername(STDIN_FILENO, reinterpret_cast<sockaddr*>(&storage), &length) == 0;
}

void notify_manager(std::string_view state)
{
    const char* const path = std::getenv("NOTIFY_SOCKET");
    if (!path || (path[0] != '/' && path[0] != '@'))
        return;
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const std::size_t size = std::strlen(path);
    if (size >= sizeof address.sun_path)
        return;
    std::memcpy(address.sun_path, path, size);
    if (path[0] == '@')
        address.sun_path[0] = '\0'; // a name in the abstract namespace

    std::string message(state);
    if (message == "RELOADING=1") // systemd wants to know when, sd_notify(3)
        message += "\nMONOTONIC_USEC=" + std::to_string(monotonic_microseconds());
    const base::Fd fd(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    // A manager that does not listen cannot be told so either.
    (void)::sendto(fd.get(), message.data(), message.size(), MSG_NOSIGNAL,
                   reinterpret_cast<const sockaddr*>(&address),
                   static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + size));
}

void keep_watchdog_quiet(Loop& loop)
{
    const std::optional<long> pid = number_in("WATCHDOG_PID");
    const std::optional<long> period = number_in("WATCHDOG_USEC");
    if (!period || *period <= 0 || (pid && *pid != ::getpid()))
        return;
    const base::milliseconds half{std::max(1L, *period / 2000)};
    loop.every(half, [] { notify_manager("WATCHDOG=1"); });
}

} // namespace net
