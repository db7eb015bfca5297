// SPDX-License-Identifier: Apache-2.0
#include "session/worker_pool.h"

#include <atomic>
#include <doctest/doctest.h>
#include <latch>

TEST_CASE("worker pool: at the end the caller takes part, and waits no longer than it may")
{
    std::latch begun(1);
    std::latch released(1);
    std::atomic<int> done = 0;
    session::WorkerPool pool(1, 10);
    REQUIRE(pool.submit([&] {
        begun.count_down();
        released.wait();
        ++done;
    }));
    begun.wait(); // the only thread is busy
    for (int i = 0; i < 3; ++i)
        REQUIRE(pool.submit([&] { ++done; }));
    pool.finish_together(base::milliseconds{0});
    CHECK(done == 0); // nothing is begun behind the end
    pool.finish_together(base::seconds{1});
    CHECK(done == 3);
    released.count_down();
    pool.finish_together(base::seconds{60});
    CHECK(done == 4);
}
