// SPDX-License-Identifier: Apache-2.0
// bench/wire.h - sockets, clock, arguments and figures as the measuring programs need them.
#pragma once

#include "base/fd.h"

#include <algorithm>
#include <arpa/inet.h>
#include <charconv>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string>
#include <string_view>
#include <sys/resource.h>
#include <sys/socket.h>
#include <vector>

namespace bench {

[[noreturn]] inline void die(const char* what)
{
    std::perror(what);
    std::exit(71);
}

inline std::uint64_t now_ns()
{
    std::timespec now{};
    ::clock_gettime(CLOCK_MONOTONIC, &now);
    return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000u +
           static_cast<std::uint64_t>(now.tv_nsec);
}

inline void all_descriptors()
{
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return;
    limit.rlim_cur = limit.rlim_max;
    (void)::setrlimit(RLIMIT_NOFILE, &limit);
}

inline void set_on(int fd, int level, int option)
{
    const int on = 1;
    (void)::setsockopt(fd, level, option, &on, sizeof on);
}

inline void no_delay(int fd)
{
    set_on(fd, IPPROTO_TCP, TCP_NODELAY);
}

inline sockaddr_in loopback(std::uint32_t address, int port)
{
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_port = htons(static_cast<std::uint16_t>(port));
    at.sin_addr.s_addr = htonl(address);
    return at;
}

// Several processes may listen at the same port, each for itself.
inline base::Fd listen_at(int port)
{
    base::Fd fd(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0));
    set_on(fd.get(), SOL_SOCKET, SO_REUSEADDR);
    set_on(fd.get(), SOL_SOCKET, SO_REUSEPORT);
    const sockaddr_in at = loopback(INADDR_LOOPBACK, port);
    if (::bind(fd.get(), reinterpret_cast<const sockaddr*>(&at), sizeof at) != 0 ||
        ::listen(fd.get(), 4096) != 0)
        die("listen");
    return fd;
}

// The value that this part of what was measured does not exceed; changes their order.
inline std::uint32_t percentile(std::vector<std::uint32_t>& values, double part)
{
    if (values.empty())
        return 0;
    const auto at = static_cast<std::size_t>(part * static_cast<double>(values.size() - 1));
    std::ranges::nth_element(values, values.begin() + static_cast<std::ptrdiff_t>(at));
    return values[at];
}

// "--name value" and "--flag".
class Arguments {
public:
    Arguments(const char* program, int count, char** words)
        : program_(program), count_(count), words_(words)
    {
    }

    [[nodiscard]] bool more() const { return at_ < count_; }
    [[nodiscard]] bool flag(std::string_view name, bool& value)
    {
        if (name != words_[at_])
            return false;
        ++at_;
        value = true;
        return true;
    }
    [[nodiscard]] bool text(std::string_view name, std::string& value)
    {
        if (name != words_[at_] || at_ + 1 >= count_)
            return false;
        value = words_[at_ + 1];
        at_ += 2;
        return true;
    }
    template <class Number>
    [[nodiscard]] bool number(std::string_view name, Number& value)
    {
        std::string word;
        if (!text(name, word))
            return false;
        const auto [end, error] =
            std::from_chars(word.data(), word.data() + word.size(), value);
        if (error != std::errc{} || *end != '\0') {
            --at_;
            unknown();
        }
        return true;
    }
    [[noreturn]] void unknown() const
    {
        std::fprintf(stderr, "%s: not understood: %s\n", program_, words_[at_]);
        std::exit(64);
    }

private:
    const char* program_;
    int count_;
    char** words_;
    int at_ = 1;
};

} // namespace bench
