// SPDX-License-Identifier: Apache-2.0
// A dispatcher on a real spool, with tables in memory and servers on loopback, for tests.
#pragma once

#include "base/clock.h"
#include "delivery/dispatcher.h"
#include "delivery/facts_test.h"
#include "net/server_test.h"
#include "spool/queue_fixture_test.h"

#include <doctest/doctest.h>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace delivery {

class Scene {
public:
    spool::TestSpool spool;
    TestFacts facts;
    net::Loop loop;
    Options options;
    std::vector<std::string> resolvers;
    const tap::QueueWitness* witness = nullptr;

    Scene() { options.connect.hostname = "gw.test"; }

    // Mail for a domain goes to a port of this machine.
    db::RouteHost& route(const std::string& domain, std::uint16_t port)
    {
        db::RouteHost one;
        one.pattern = domain;
        one.host = "127.0.0.1";
        one.port = port;
        one.tls = db::TlsPolicy::none;
        facts.routes[domain] = {one};
        return facts.routes[domain].front();
    }

    spool::MessageId put(const std::vector<std::string>& recipients,
                         const std::string& text = "Subject: test\r\n\r\ntext\r\n")
    {
        spool::Envelope envelope;
        envelope.arrival = base::wall_microseconds();
        envelope.sender = "alice@sender.test";
        for (const std::string& one : recipients)
            envelope.recipients.push_back({one, spool::notify_default, {}});
        return put(std::move(envelope), text);
    }
    spool::MessageId put(spool::Envelope envelope, const std::string& text)
    {
        spool::Writer writer(spool.writer_options());
        spool::Draft draft = writer.begin();
        draft.append(text);
        const auto result = writer.commit_and_wait(std::move(draft), std::move(envelope));
        REQUIRE(result.has_value());
        return result->id;
    }

    // The spool as it is, in the hands of a dispatcher.
    void with_dispatcher(spool::Queue& queue, const auto& work)
    {
        spool::Writer writer(spool.writer_options());
        with_dispatcher(queue, writer, work);
    }
    void with_dispatcher(spool::Queue& queue, spool::Writer& writer, const auto& work)
    {
        spool::Reader reader(spool.directory());
        net::ResolverOptions dns;
        dns.servers = resolvers;
        net::Resolver resolver(loop, dns);
        Dispatcher dispatcher({loop, queue, reader, writer, resolver, facts, witness},
                              options);
        work(dispatcher);
    }

    // False: five seconds have passed and it is not so.
    [[nodiscard]] bool run_until(std::function<bool()> is_so)
    {
        until_ = std::move(is_so);
        left_ = 500;
        if (!std::exchange(looking_, true))
            loop.every(base::milliseconds(10), [this] {
                if (until_() || --left_ == 0)
                    loop.stop();
            });
        loop.run();
        return left_ > 0;
    }

private:
    std::function<bool()> until_;
    int left_ = 0;
    bool looking_ = false;
};

} // namespace delivery
