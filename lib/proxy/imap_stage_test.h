// SPDX-License-Identifier: Apache-2.0
// A whole IMAP session for tests: a client and backends that are lists of turns, and our
// server between them.
#pragma once

#include "net/listener.h"
#include "net/test_support.h"
#include "proxy/imap_server.h"
#include "proxy/stage_test.h"

#include <deque>
#include <doctest/doctest.h>
#include <map>
#include <string>
#include <sys/socket.h>
#include <utility>
#include <vector>

namespace proxy::test {

struct ImapStage {
    net::Loop loop;
    RouteTable routes;
    Notebook journal;
    Backends backends{loop, routes, nullptr};
    ImapServer server{{loop, backends, journal}, {}};
    Listener listener;
    net::Address client_address = *net::Address::parse_ip("192.0.2.7", 4711);

    std::deque<std::vector<Turn>> behind; // one list for each connection to the backend
    Manner backend_manner;
    std::vector<Turn> client;
    Manner client_manner;
    const net::TlsContext* client_tls = nullptr; // for STARTTLS of the client

    std::string heard;                // by the client
    std::vector<std::string> at_back; // by each connection to the backend

    ImapStage()
    {
        listener.name = "imap";
        listener.login_without_tls = true;
        listener.times.login_delay = base::seconds{0};
        listener.times.backend = base::seconds{3};
        listener.mechanisms = {"PLAIN", "LOGIN", "SCRAM-SHA-256", "XOAUTH2"};
        listening_ = net::listen_on(*net::Address::parse_endpoint("127.0.0.1:0"));
        listener.backend = db::RouteHost{};
        listener.backend->host = "127.0.0.1";
        listener.backend->port = port_of(listening_.get());
        listener.backend->protocol = db::Protocol::imap;
        listener.backend->tls = db::TlsPolicy::none;
        server.learn("imap", "IMAP4rev1 IDLE AUTH=PLAIN AUTH=LOGIN AUTH=SCRAM-SHA-256");
        server.when_idle([this] { one_less(); });
        at_back.reserve(100);
    }

    void run()
    {
        auto [ours, theirs] = net::test::socket_pair();
        const auto where = std::make_shared<const Listener>(listener);
        loop.spawn("backend",
                   net::accept_loop(
                       loop, std::move(listening_),
                       [this](base::Fd fd, const net::Address&) { answer(std::move(fd)); },
                       [] { return false; }));
        server.serve(std::move(theirs), client_address, where);
        net::test::run(loop, act(*this, net::Stream(loop, std::move(ours))));
    }

private:
    static std::uint16_t port_of(int fd)
    {
        sockaddr_storage at{};
        socklen_t size = sizeof at;
        REQUIRE(::getsockname(fd, reinterpret_cast<sockaddr*>(&at), &size) == 0);
        return net::Address::from_sockaddr(reinterpret_cast<sockaddr*>(&at), size).port();
    }

    void answer(base::Fd fd)
    {
        std::vector<Turn> turns;
        if (!behind.empty()) {
            turns = std::move(behind.front());
            behind.pop_front();
        }
        std::string& said = at_back.emplace_back();
        loop.spawn("backend", scripted(net::Stream(loop, std::move(fd)), std::move(turns),
                                       said, backend_manner));
    }

    static net::Task<void> act(ImapStage& stage, net::Stream stream)
    {
        try {
            co_await play_turns(stream, std::move(stage.client), stage.heard,
                                stage.client_manner);
            stream.shutdown_write();
            stage.heard += co_await net::test::read_all(stream);
        } catch (const std::runtime_error&) {
            stage.heard += "(gone)";
        }
        stage.one_less();
    }

    void one_less()
    {
        if (--left_ == 0)
            loop.stop();
    }

    base::Fd listening_;
    int left_ = 2; // client and session
};

} // namespace proxy::test
