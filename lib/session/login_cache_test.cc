// SPDX-License-Identifier: Apache-2.0
// session/login_cache_test.cc

#include "session/login_cache.h"
#include "session/worker_pool.h"

#include <doctest/doctest.h>
#include <future>

using base::seconds;
using session::LoginCache;

TEST_CASE("session: a login is remembered for its time, with its verifier only")
{
    LoginCache cache(seconds{60});
    const base::SteadyTime now{};
    CHECK_FALSE(cache.knows("bob", "secret", "v1", now));
    cache.remember("bob", "secret", "v1", now);
    CHECK(cache.knows("bob", "secret", "v1", now + seconds{59}));
    CHECK_FALSE(cache.knows("bob", "secret", "v1", now + seconds{60}));
    CHECK_FALSE(cache.knows("bob", "Secret", "v1", now));
    CHECK_FALSE(cache.knows("bob", "secret", "v2", now));
    CHECK_FALSE(cache.knows("bobsecret", "", "v1", now));
    CHECK_FALSE(cache.knows("alice", "secret", "v1", now));
}

TEST_CASE("session: the login cache is bounded")
{
    LoginCache cache(seconds{60}, 2);
    const base::SteadyTime now{};
    cache.remember("a", "x", "v", now);
    cache.remember("b", "x", "v", now);
    cache.remember("c", "x", "v", now);
    CHECK_FALSE(cache.knows("a", "x", "v", now));
    CHECK(cache.knows("c", "x", "v", now));
}

TEST_CASE("session: the worker pool refuses what it cannot queue")
{
    std::promise<void> go;
    std::promise<void> started;
    std::promise<void> second;
    std::shared_future<void> may_go = go.get_future().share();
    session::WorkerPool pool(1, 1);
    CHECK(pool.submit([&] {
        started.set_value();
        may_go.wait();
    }));
    started.get_future().wait();
    CHECK(pool.submit([&] { second.set_value(); }));
    CHECK_FALSE(pool.submit([] {}));
    go.set_value();
    second.get_future().wait();
}
