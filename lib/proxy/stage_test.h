// SPDX-License-Identifier: Apache-2.0
// A whole session of a proxy for tests: a client and backends that are lists of turns, and
// the server between them.
#pragma once

#include "net/listener.h"
#include "net/test_support.h"
#include "proxy/scripted_test.h"
#include "proxy/server.h"

#include <deque>
#include <doctest/doctest.h>
#include <list>
#include <map>
#include <memory>
#include <string>
#include <sys/socket.h>
#include <utility>
#include <vector>

namespace proxy::test {

class RouteTable : public Routes {
public:
    std::vector<db::RouteHost> of(const std::string& user) override
    {
        const auto found = rows.find(user);
        return found == rows.end() ? std::vector<db::RouteHost>{} : found->second;
    }
    std::map<std::string, std::vector<db::RouteHost>> rows;
};

// "tried anna USER", "tried anna PLAIN by bert", "failed anna refused" ...
class Notebook : public Journal {
public:
    void login_tried(const Login& login) override
    {
        note("tried", login, login.mechanism);
        note_by(login);
    }
    void login_accepted(const Login& login) override
    {
        note("accepted", login, login.client.text());
    }
    void login_failed(const Login& login, const Trouble& trouble) override
    {
        note("failed", login, name_of(trouble.kind));
        why.push_back(trouble.why);
        of_password.push_back(trouble.of_password);
    }
    void session_ended(const Login& login, const Totals& totals,
                       std::string_view reason) override
    {
        note("ended", login, reason);
        note_by(login);
        last = totals;
    }
    std::vector<std::string> notes;
    std::vector<std::string> why;
    std::vector<bool> of_password;
    Totals last;

private:
    void note(std::string_view what, const Login& login, std::string_view more)
    {
        notes.push_back(std::string(what) + " " + std::string(login.user) + " " +
                        std::string(more));
    }
    void note_by(const Login& login)
    {
        if (login.by != login.user)
            notes.back() += " by " + std::string(login.by);
    }
};

// What one connection to a host is answered with.
struct Part {
    std::vector<Turn> turns;
    Manner manner = {};
};

// A host on loopback; each connection gets the next part, the last one again and again.
class Host {
public:
    Host(net::Loop& loop, db::Protocol protocol)
        : loop_(loop), socket_(net::listen_on(*net::Address::parse_endpoint("127.0.0.1:0")))
    {
        sockaddr_storage at{};
        socklen_t size = sizeof at;
        auto* const address = reinterpret_cast<sockaddr*>(&at);
        REQUIRE(::getsockname(socket_.get(), address, &size) == 0);
        route.host = "127.0.0.1";
        route.port = net::Address::from_sockaddr(address, size).port();
        route.protocol = protocol;
        route.tls = db::TlsPolicy::none;
    }

    void open()
    {
        const auto serve = [this](base::Fd fd, const net::Address&) {
            answer(std::move(fd));
        };
        loop_.spawn("host", net::accept_loop(loop_, std::move(socket_), serve,
                                             [] { return false; }));
    }

    db::RouteHost route;
    std::deque<Part> parts;
    std::list<std::string> heard; // by each connection

private:
    void answer(base::Fd fd)
    {
        Part now;
        if (!parts.empty())
            now = parts.front();
        if (parts.size() > 1)
            parts.pop_front();
        net::Stream stream(loop_, std::move(fd));
        std::string& said = heard.emplace_back();
        loop_.spawn("host",
                    scripted(std::move(stream), std::move(now.turns), said, now.manner));
    }

    net::Loop& loop_;
    base::Fd socket_;
};

// What one client says, and what it hears.
struct Client {
    Part part;
    std::string heard;
};

// The client's turns, then everything up to the end of the connection.
inline net::Task<void> act(net::Stream stream, Client& client)
{
    try {
        co_await play_turns(stream, client.part.turns, client.heard, client.part.manner);
        stream.shutdown_write();
        stream.set_timeout(client.part.manner.patience);
        client.heard += co_await net::test::read_all(stream);
    } catch (const std::runtime_error&) {
        client.heard += "(gone)";
    }
}

} // namespace proxy::test
