// SPDX-License-Identifier: Apache-2.0
// A server for tests that says its greeting to everybody and listens to what comes.
#pragma once

#include "base/fd.h"

#include <arpa/inet.h>
#include <cerrno>
#include <cstdint>
#include <doctest/doctest.h>
#include <netinet/in.h>
#include <string>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>
#include <utility>

namespace net::test {

// A port of 127.0.0.1 that is this socket's.
inline std::uint16_t bind_loopback(int socket)
{
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof at;
    REQUIRE(::bind(socket, reinterpret_cast<sockaddr*>(&at), size) == 0);
    REQUIRE(::getsockname(socket, reinterpret_cast<sockaddr*>(&at), &size) == 0);
    return ntohs(at.sin_port);
}

// `greeting` empty: a port that nobody serves.
class GreetingServer {
public:
    explicit GreetingServer(std::string greeting)
        : socket_(::socket(AF_INET, SOCK_STREAM, 0))
    {
        port = bind_loopback(socket_.get());
        if (!greeting.empty())
            serve(std::move(greeting));
    }
    // Once: from now on a port that was nobody's is served.
    void serve(std::string greeting)
    {
        REQUIRE(::listen(socket_.get(), 10) == 0);
        thread_ = std::jthread([this, greeting = std::move(greeting)] {
            for (;;) {
                const base::Fd one(::accept(socket_.get(), nullptr, nullptr));
                if (one.get() < 0 && errno == EMFILE) { // NoDescriptors
                    std::this_thread::yield();
                    continue;
                }
                if (one.get() < 0)
                    return;
                (void)!::write(one.get(), greeting.data(), greeting.size());
                char heard[4096];
                while (::read(one.get(), heard, sizeof heard) > 0)
                    continue;
            }
        });
    }
    ~GreetingServer() { ::shutdown(socket_.get(), SHUT_RDWR); }
    GreetingServer(const GreetingServer&) = delete;
    GreetingServer& operator=(const GreetingServer&) = delete;

    std::uint16_t port = 0;

private:
    base::Fd socket_;
    std::jthread thread_;
};

} // namespace net::test
