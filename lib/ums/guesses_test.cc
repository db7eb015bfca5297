// SPDX-License-Identifier: Apache-2.0
#include "ums/guesses.h"

#include <fmt/format.h>

#include <doctest/doctest.h>

using ums::Guesses;

namespace {

net::Address at(const std::string& ip)
{
    return *net::Address::parse_ip(ip);
}

constexpr ums::GuessLimits limits{.wrong = 3, .first_pause = 60, .longest_pause = 200};

void guess(Guesses& guesses, const net::Address& client, int times, std::int64_t now)
{
    for (int i = 0; i < times; ++i)
        guesses.wrong("bob@example.org", client, now);
}

bool may_bob(Guesses& guesses, const net::Address& client, std::int64_t now)
{
    return guesses.may_try("bob@example.org", client, now);
}

} // namespace

TEST_CASE("guesses: some are borne, then there is a pause that doubles up to its end")
{
    Guesses guesses(limits);
    const net::Address mallory = at("192.0.2.66");
    guess(guesses, mallory, 2, 1000);
    CHECK(may_bob(guesses, mallory, 1000));
    guess(guesses, mallory, 1, 1000);
    CHECK_FALSE(may_bob(guesses, mallory, 1059));
    CHECK(may_bob(guesses, mallory, 1060));
    guess(guesses, mallory, 1, 1060);
    CHECK_FALSE(may_bob(guesses, mallory, 1179));
    CHECK(may_bob(guesses, mallory, 1180));
    guess(guesses, mallory, 20, 2000);
    CHECK_FALSE(may_bob(guesses, mallory, 2199));
    CHECK(may_bob(guesses, mallory, 2200));
    // Nothing for a day: all begins again.
    CHECK(may_bob(guesses, mallory, 2000 + 86400));
    guess(guesses, mallory, 2, 2000 + 86400);
    CHECK(may_bob(guesses, mallory, 2000 + 86400));
}

TEST_CASE("guesses: others and other users are not meant")
{
    Guesses guesses(limits);
    guess(guesses, at("192.0.2.66"), 5, 1000);
    CHECK(may_bob(guesses, at("192.0.2.1"), 1000));
    CHECK(guesses.may_try("eve@example.org", at("192.0.2.66"), 1000));
    guess(guesses, at("2001:db8::1"), 3, 1000);
    CHECK_FALSE(may_bob(guesses, at("2001:db8::2"), 1000));
    CHECK(may_bob(guesses, at("2001:db8:0:1::2"), 1000));
}

TEST_CASE("guesses: from many places is an end, too, but not for who was right before")
{
    Guesses guesses(limits);
    const net::Address home = at("192.0.2.1");
    guesses.right("bob@example.org", home, 1000);
    for (int i = 0; i < 30; ++i)
        guess(guesses, at(fmt::format("198.51.100.{}", i)), 1, 1000);
    CHECK_FALSE(may_bob(guesses, at("198.51.100.200"), 1000));
    CHECK(may_bob(guesses, home, 1000));
    guess(guesses, home, 3, 1000);
    CHECK_FALSE(may_bob(guesses, home, 1000));
}

TEST_CASE("guesses: being right makes up for what was wrong there")
{
    Guesses guesses(limits);
    const net::Address home = at("192.0.2.1");
    guess(guesses, home, 2, 1000);
    guesses.right("bob@example.org", home, 1001);
    guess(guesses, home, 2, 1002);
    CHECK(may_bob(guesses, home, 1002));
}

TEST_CASE("guesses: the memory is bounded, who was seen last stays")
{
    Guesses guesses({.wrong = 1, .first_pause = 60, .remembered = 10});
    const net::Address mallory = at("192.0.2.66");
    guess(guesses, mallory, 1, 1000);
    for (int i = 0; i < 9; ++i)
        guesses.wrong(fmt::format("user{}", i), mallory, 1000);
    CHECK_FALSE(may_bob(guesses, mallory, 1000));
    for (int i = 0; i < 10; ++i)
        guesses.wrong(fmt::format("other{}", i), mallory, 1000);
    CHECK(may_bob(guesses, mallory, 1000));
}
