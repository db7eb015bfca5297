// SPDX-License-Identifier: Apache-2.0
// session/login_cache.h - remembers for a short while which logins were right.
//
// A mail program logs in for each message; a password hash costs 100 ms of CPU.  What is
// kept is a keyed hash of user, password and the stored verifier (argon2id with a random
// secret of this process and the smallest costs), so that a memory image shows no password
// and a changed password is asked afresh at once.  Only successes are kept.  Bounded: when
// full, everything is forgotten.
#pragma once

#include "base/clock.h"

#include <array>
#include <cstdint>
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
    [[nodiscard]] std::string digest(std::string_view user, std::string_view password,
                                     std::string_view verifier) const;

    base::seconds keep_;
    std::size_t most_;
    std::array<std::uint8_t, 32> secret_;
    std::unordered_map<std::string, base::SteadyTime> until_;
};

} // namespace session
