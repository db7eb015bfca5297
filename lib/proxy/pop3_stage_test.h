// SPDX-License-Identifier: Apache-2.0
// A whole POP3 session for tests: our server between clients and a host.
#pragma once

#include "proxy/pop3_server.h"
#include "proxy/stage_test.h"

#include <doctest/doctest.h>
#include <list>
#include <string>
#include <utility>
#include <vector>

namespace proxy::test {

using Turns = std::vector<Turn>;

struct Pop3Stage {
    net::Loop loop;
    RouteTable routes;
    Notebook journal;
    Backends backends{loop, routes, nullptr};
    Pop3Server server;
    Host host{loop, db::Protocol::pop3};
    Listener listener;
    net::Address from = *net::Address::parse_ip("192.0.2.7", 4711);
    std::list<Client> clients;

    explicit Pop3Stage(ListKeeper* lists = nullptr)
        : server({.loop = loop, .backends = backends, .journal = journal, .lists = lists},
                 {})
    {
        listener.name = "pop";
        listener.login_without_tls = true;
        listener.times.login_delay = base::seconds{0};
        listener.times.backend = base::seconds{3};
        listener.mechanisms = {"PLAIN", "LOGIN", "SCRAM-SHA-256", "XOAUTH2"};
        listener.backend = host.route;
        knows("USER\nSASL PLAIN LOGIN SCRAM-SHA-256\nUTF8\nLANG\nTOP\nUIDL\n");
        server.when_idle([this] { end_if_over(); });
    }

    // What the host would say to CAPA.
    void knows(const std::string& facts)
    {
        server.learn("pop", facts);
        pop3::Capabilities said;
        for (std::size_t at = 0; at < facts.size(); at = facts.find('\n', at) + 1)
            said.add(facts.substr(at, facts.find('\n', at) - at));
        const auto address = net::Address::parse_ip("127.0.0.1", host.route.port);
        server.memory().learn(way_to(*address, *listener.backend), std::move(said));
    }

    // All at once; returns what the first one has heard.
    std::string run()
    {
        host.open();
        const auto where = std::make_shared<const Listener>(listener);
        acting_ = clients.size();
        for (Client& client : clients) {
            auto [ours, theirs] = net::test::socket_pair();
            server.serve(std::move(theirs), from, where);
            loop.spawn("client", play(*this, net::Stream(loop, std::move(ours)), client));
        }
        loop.run();
        return clients.front().heard;
    }

    std::string run(Turns turns)
    {
        clients.push_back({{std::move(turns)}, {}});
        return run();
    }

private:
    static net::Task<void> play(Pop3Stage& stage, net::Stream stream, Client& client)
    {
        co_await act(std::move(stream), client);
        --stage.acting_;
        stage.end_if_over();
    }

    void end_if_over()
    {
        if (acting_ == 0 && server.sessions() == 0)
            loop.stop();
    }

    std::size_t acting_ = 0;
};

inline const Turn hello{"", "+OK back\r\n"};
inline const Turns accepted{
    hello, {"USER anna\r\n", "+OK\r\n"}, {"PASS secret\r\n", "+OK in\r\n"}};

inline Turns with(Turns turns, const Turns& more)
{
    turns.insert(turns.end(), more.begin(), more.end());
    return turns;
}

} // namespace proxy::test
