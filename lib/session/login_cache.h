// SPDX-License-Identifier: Apache-2.0
// session/login_cache.h - remembers for a short while which logins were right.
//
// A mail program logs in for each message; a password hash costs 100 ms of CPU.  What is
// kept is a keyed hash (session/login_tag.h) of user, password and the stored verifier, so
// that a changed password is asked afresh at once.  Only successes are kept.  Bounded: when
// full, everything is forgotten.
#pragma once

#include "base/clock.h"
#include "session/login_tag.h"

#include <string>
#include <string_view>
#include <unordered_map>

namespace session {

class LoginCache {
public:
    explicit LoginCache(base::seconds keep, std::size_t most = 10000);

    [[nodiscard]] bool knows(std::string_view user, std::string_view password,
                             std::string_view verifier, base::SteadyTime now) const;
    void remember(std::string_view user, std::string_view password,
                  std::string_view verifier, base::SteadyTime now);

private:
    base::seconds keep_;
    std::size_t most_;
    LoginTags tags_;
    std::unordered_map<LoginTag, base::SteadyTime> until_;
};

} // namespace session
