// SPDX-License-Identifier: Apache-2.0
// What the tests of Backends share: routes in memory, a protocol of one word, servers of
// it.
#pragma once

#include "net/server_test.h"
#include "net/test_support.h"
#include "proxy/backends.h"

#include <doctest/doctest.h>
#include <map>
#include <string>
#include <vector>

namespace backends_stage {

using net::Task;
using net::test::GreetingServer;
using proxy::Backends;
using proxy::Caller;
using proxy::Link;
using proxy::Listener;
using proxy::Search;
using proxy::Trouble;
using proxy::TroubleKind;

using Opened = std::expected<Link, Trouble>;

class Table : public proxy::Routes {
public:
    std::vector<db::RouteHost> of(const std::string& user) override
    {
        if (broken)
            throw base::Failure(base::Remedy::try_later, "database locked");
        asked.push_back(user);
        const auto found = rows.find(user);
        return found == rows.end() ? std::vector<db::RouteHost>{} : found->second;
    }
    std::map<std::string, std::vector<db::RouteHost>> rows;
    std::vector<std::string> asked;
    bool broken = false;
};

// Knows a protocol whose servers say "hello", "later" or "closed".
class Polite : public proxy::Greeter {
public:
    Task<std::optional<Trouble>> greet(Link& link) override
    {
        const auto line = co_await link.leg->hear_line(100);
        greeted.push_back(link.key);
        if (!line)
            throw net::PeerGone("hung up");
        if (line->text == "later")
            co_return Trouble{TroubleKind::unavailable, "later", {}};
        if (line->text == "locked")
            co_return Trouble{TroubleKind::in_use, "locked", {}};
        if (line->text != "hello")
            co_return Trouble{TroubleKind::broken, "no greeting", {}};
        co_return std::nullopt;
    }
    std::vector<std::string> greeted;
};

inline db::RouteHost host_at(std::uint16_t port, int priority = 0)
{
    db::RouteHost host;
    host.host = "127.0.0.1";
    host.port = port;
    host.priority = priority;
    host.protocol = db::Protocol::imap;
    host.tls = db::TlsPolicy::none;
    return host;
}

struct Scene {
    net::Loop loop;
    Table table;
    Polite greeter;
    Backends backends{loop, table, nullptr};
    Listener listener;

    Opened open(const std::string& user)
    {
        Search search;
        return open(user, search);
    }
    Opened open(const std::string& user, Search& search)
    {
        Opened result = std::unexpected(Trouble{});
        const auto ask = [](Scene& s, std::string who, Search& asked,
                            Opened& into) -> Task<void> {
            auto where = std::make_shared<const Listener>(s.listener);
            Caller nobody;
            into = co_await s.backends.open(std::move(who), where, std::move(nobody),
                                            s.greeter, asked);
            if (into)
                into->leg->stream().set_deadline(base::SteadyTime::max());
        };
        net::test::run(loop, ask(*this, user, search, result));
        return result;
    }
};

} // namespace backends_stage
