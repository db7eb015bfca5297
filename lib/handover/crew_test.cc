// SPDX-License-Identifier: Apache-2.0
// Tests of handover/crew.h.
#include "handover/crew.h"

#include <atomic>
#include <doctest/doctest.h>
#include <filesystem>
#include <functional>
#include <semaphore>
#include <string>
#include <utility>

namespace {

using handover::Crew;

// Does what it is told, and says when it has begun.
class Doing : public handover::Errand {
public:
    using Deed = std::function<bool(const std::stop_token&)>;
    explicit Doing(Deed deed) : deed_(std::move(deed)) {}
    bool turn(const std::stop_token& stop) override
    {
        begun.release();
        const bool more = deed_(stop);
        ended.release();
        return more;
    }

    std::counting_semaphore<> begun{0};
    std::counting_semaphore<> ended{0};

private:
    Deed deed_;
};

// Until it is let go, or all is over.
class Hanging : public Doing {
public:
    Hanging()
        : Doing([this](const std::stop_token& stop) {
              while (!stop.stop_requested() && !let_go_.try_acquire_for(step))
                  ;
              return false;
          })
    {
    }
    void let_go() { let_go_.release(); }

private:
    static constexpr std::chrono::milliseconds step{5};
    std::counting_semaphore<> let_go_{0};
};

bool nothing(const std::stop_token& stop)
{
    (void)stop;
    return false;
}

std::ptrdiff_t threads_of_this_process()
{
    return std::distance(std::filesystem::directory_iterator("/proc/self/task"), {});
}

TEST_CASE("its threads are there from the start and until the end, whatever there is to do")
{
    const std::ptrdiff_t before = threads_of_this_process();
    {
        Hanging hanging;
        Doing other(nothing);
        Crew crew(3);
        CHECK(threads_of_this_process() == before + 3);
        crew.call(hanging);
        hanging.begun.acquire();
        for (int times = 0; times < 9; ++times) {
            crew.call(other);
            other.ended.acquire();
        }
        CHECK(threads_of_this_process() == before + 3);
        crew.stop();
    }
    CHECK(threads_of_this_process() == before);
}

TEST_CASE("who hangs holds up nobody while a thread is left")
{
    Hanging first;
    Hanging second;
    Doing other(nothing);
    Crew crew(3);
    crew.call(first);
    crew.call(second);
    first.begun.acquire();
    second.begun.acquire();
    crew.call(other);
    other.ended.acquire();
    CHECK(crew.has(first));
    crew.stop();
    CHECK_FALSE(crew.has(first));
}

TEST_CASE("when all hang the others wait, and are served in their order")
{
    Hanging hanging;
    std::string order;
    std::counting_semaphore<> served{0};
    const auto told = [&](char name) {
        return [&order, &served, name](const std::stop_token&) {
            order += name;
            served.release();
            return false;
        };
    };
    Doing a(told('a'));
    Doing b(told('b'));
    Doing c(told('c'));
    Crew crew(1);
    crew.call(hanging);
    hanging.begun.acquire();
    for (Doing* each : {&b, &a, &b, &c, &a}) // once more is no second turn
        crew.call(*each);
    CHECK(crew.has(a));
    hanging.let_go();
    for (int times = 0; times < 3; ++times)
        served.acquire();
    crew.stop();
    CHECK(order == "bac");
}

TEST_CASE("who has more to do goes on after those who wait")
{
    int left = 3;
    std::string order;
    Doing much([&](const std::stop_token&) {
        order += 'm';
        return --left > 0;
    });
    Doing other([&](const std::stop_token&) {
        order += 'o';
        return false;
    });
    Hanging gate;
    Crew crew(1);
    crew.call(gate);
    gate.begun.acquire();
    crew.call(much);
    crew.call(other);
    gate.let_go();
    for (int times = 0; times < 3; ++times)
        much.ended.acquire();
    crew.stop();
    CHECK(order == "momm");
}

TEST_CASE("one is never on two threads; called in its turn it gets another one after it")
{
    std::atomic<int> inside = 0;
    std::atomic<bool> twice = false;
    Doing one([&](const std::stop_token&) {
        twice = twice || ++inside > 1;
        --inside;
        return false;
    });
    Hanging hanging;
    Crew crew(4);
    crew.call(hanging);
    hanging.begun.acquire();
    crew.call(hanging);
    hanging.let_go();
    hanging.begun.acquire(); // the other turn
    for (int times = 0; times < 1000; ++times)
        crew.call(one);
    one.ended.acquire();
    crew.stop();
    CHECK_FALSE(twice);
}

} // namespace
