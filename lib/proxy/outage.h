// SPDX-License-Identifier: Apache-2.0
// proxy/outage.h - whether users of a backend are shown the queue instead.
//
// A backend is down when connections fail, or the logins there: by its fault, or because it
// says that it cannot now.
//
// Not at its first failure, and not back at its first sign of life: a list of messages that
// comes and goes helps nobody.  Meanwhile one login at a time, every few seconds, finds out
// how it stands, and has the backend itself if that lives.
//
// Pure.  Times in seconds of any clock that does not go back.
#pragma once

#include <cstdint>
#include <optional>

namespace proxy {

struct OutageTimes {
    std::int64_t after = 60;  // it has been down for so long
    std::int64_t steady = 30; // and must live for so long
    std::int64_t test = 10;   // between two logins that find out
};

class Outage {
public:
    // A connection or its login has come out so.
    void failed(const OutageTimes& times, std::int64_t now)
    {
        lives_since_.reset();
        if (!fails_since_)
            fails_since_ = now;
        lasts_ = lasts_ || now - *fails_since_ >= times.after;
        tested_ = now;
    }
    void succeeded(const OutageTimes& times, std::int64_t now)
    {
        tested_ = now;
        if (!lives_since_)
            lives_since_ = now;
        if (!lasts_ || now - *lives_since_ >= times.steady)
            *this = {};
    }

    [[nodiscard]] bool lasts() const { return lasts_; }
    // While it lasts: it is time for a login that finds out.
    [[nodiscard]] bool wants_test(const OutageTimes& times, std::int64_t now) const
    {
        return now - tested_ >= times.test;
    }

private:
    std::optional<std::int64_t> fails_since_;
    std::optional<std::int64_t> lives_since_; // while it lasts
    std::int64_t tested_ = 0;
    bool lasts_ = false;
};

} // namespace proxy
