// SPDX-License-Identifier: Apache-2.0
// proxy/outage.h - whether users of a backend are shown the queue instead.
//
// A backend is down when connections fail, or the logins there: by its fault, or because it
// says that it cannot now.
//
// Not at its first failure, and not back at its first sign of life: a list of messages that
// comes and goes helps nobody, and what waits for the users has to be delivered first.  So
// the backend has to greet well for a while, with nobody logged in there.  Then a login
// finds out the rest, one at a time: if that is well, too, it is over for all.
//
// Pure.  Times in seconds of any clock that does not go back.
#pragma once

#include <cstdint>
#include <optional>

namespace proxy {

struct OutageTimes {
    std::int64_t after = 60;  // it has been down for so long
    std::int64_t steady = 30; // and must live for so long
    std::int64_t test = 10;   // between two connections, or logins, that find out
};

struct Outage {
    std::optional<std::int64_t> fails_since{};
    std::optional<std::int64_t> lives_since{}; // while it lasts
    std::int64_t tested = 0;                   // by a connection or a login
    std::optional<std::int64_t> tried{};       // by a login, since it lives
    bool is_lasting = false;
    bool operator==(const Outage&) const = default;

    // A connection or its login has come out so.
    void failed(const OutageTimes& times, std::int64_t now)
    {
        lives_since.reset();
        tried.reset();
        if (!fails_since)
            fails_since = now;
        is_lasting = is_lasting || now - *fails_since >= times.after;
        tested = now;
    }
    // It is where a login is possible; as long as none is tried that ends nothing.
    void greeted(std::int64_t now)
    {
        if (!is_lasting)
            return;
        tested = now;
        if (!lives_since)
            lives_since = now;
    }
    void succeeded(const OutageTimes& times, std::int64_t now)
    {
        greeted(now);
        if (!is_lasting || is_steady(times, now))
            *this = {};
    }

    [[nodiscard]] bool lasts() const { return is_lasting; }
    // While it lasts: it is time for a connection that finds out.
    [[nodiscard]] bool wants_test(const OutageTimes& times, std::int64_t now) const
    {
        return now - tested >= times.test;
    }
    // While it lasts: it is time for a login that finds out, which takes this turn.
    [[nodiscard]] bool wants_login(const OutageTimes& times, std::int64_t now) const
    {
        return is_steady(times, now) && (!tried || now - *tried >= times.test);
    }
    void login_begins(std::int64_t now) { tried = now; }

private:
    [[nodiscard]] bool is_steady(const OutageTimes& times, std::int64_t now) const
    {
        return lives_since && now - *lives_since >= times.steady;
    }
};

} // namespace proxy
