// SPDX-License-Identifier: Apache-2.0
// The loop: posts from threads, promises, signals, periods, dialogues that fail.
#include "net/event.h"
#include "net/loop.h"
#include "net/test_support.h"

#include <atomic>
#include <csignal>
#include <doctest/doctest.h>
#include <thread>
#include <unistd.h>

using namespace net;
using net::test::run;

namespace {

Task<void> await_number(Promise<int>& promise, int& number)
{
    number = co_await promise.get();
}

Task<void> fail_with(std::string what)
{
    if (what == "gone")
        throw PeerGone("x");
    throw std::runtime_error(what);
    co_return;
}

Task<void> sleep_long(Loop& loop, bool& woken)
{
    co_await sleep_for(loop, base::milliseconds(60'000));
    woken = true;
}

} // namespace

TEST_CASE("net: posts of other threads run on the loop's thread, in order")
{
    Loop loop;
    constexpr int posts = 20'000;
    int seen = 0;
    bool in_order = true;
    const auto here = std::this_thread::get_id();
    bool same_thread = true;
    loop.every(base::milliseconds(5), [&] {
        if (seen == posts)
            loop.stop();
    });
    std::thread other([&] {
        for (int i = 0; i < posts; ++i)
            loop.post([&, i] {
                in_order = in_order && i == seen++;
                same_thread = same_thread && std::this_thread::get_id() == here;
            });
    });
    loop.run();
    other.join();
    CHECK(seen == posts);
    CHECK(in_order);
    CHECK(same_thread);
}

TEST_CASE("net: a promise is kept before or after it is awaited, from any thread")
{
    Loop loop;
    Promise<int> early(loop);
    early.setter()(7);
    int number = 0;
    run(loop, await_number(early, number));
    CHECK(number == 7);

    Promise<int> late(loop);
    std::thread other([set = late.setter()] {
        ::usleep(20'000);
        set(8);
    });
    run(loop, await_number(late, number));
    other.join();
    CHECK(number == 8);
}

TEST_CASE("net: a promise nobody keeps dies with its loop")
{
    int number = 0;
    auto loop = std::make_unique<Loop>();
    Promise<int> promise(*loop);
    loop->spawn("-", await_number(promise, number));
    loop->post([&] { loop->stop(); });
    loop->run();
    CHECK(loop->dialogues() == 1);
    loop.reset();
    CHECK(number == 0);
}

TEST_CASE("net: a dialogue that fails ends alone")
{
    Loop loop;
    loop.spawn("s1", fail_with("gone"));
    loop.spawn("s2", fail_with("gone"));
    CHECK(loop.dialogues() == 2);
    loop.run();
    CHECK(loop.dialogues() == 0);
}

TEST_CASE("net: signals come to the handler, as often as they are sent")
{
    Loop loop;
    int seen = 0;
    loop.on_signal({SIGUSR1}, [&](int number) {
        CHECK(number == SIGUSR1);
        if (++seen == 2)
            loop.stop();
        else
            ::kill(::getpid(), SIGUSR1);
    });
    ::kill(::getpid(), SIGUSR1);
    loop.run();
    CHECK(seen == 2);
}

TEST_CASE("net: who sleeps is woken when the loop stops")
{
    Loop loop;
    bool woken = false;
    loop.spawn("-", sleep_long(loop, woken));
    loop.post([&] { loop.stop(); });
    loop.run();
    CHECK(woken);
}
