// SPDX-License-Identifier: Apache-2.0
// ums/passwords.h - whether this is the user's password, as earlier logins have taught it
// (policy-db(5)).
//
// A hash takes tens of milliseconds: it runs on worker threads, and who was right a moment
// ago is not hashed again.  A user who is not known costs the same work as one who is.
// Guessing is limited (ums/guesses.h); during a pause nothing is hashed, and right and
// wrong have the same answer.
#pragma once

#include "db/policy_reader.h"
#include "net/address.h"
#include "net/loop.h"
#include "net/task.h"
#include "session/login_cache.h"
#include "session/worker_pool.h"
#include "ums/guesses.h"

#include <cstdint>
#include <string>

namespace ums {

class Passwords {
public:
    struct Options {
        std::string database;
        base::seconds age{30 * 86400}; // since the last login that proved it
        GuessLimits guesses;
    };
    // All must outlive it.  Throws as db::PolicyReader does.
    Passwords(net::Loop& loop, session::WorkerPool& workers, Options options);

    enum class Verdict : std::uint8_t {
        right,
        wrong,   // or nobody has taught it
        paused,  // too many guesses
        unknown, // cannot be said now: the database, or too many at once
    };
    struct Answer {
        Verdict verdict = Verdict::unknown;
        std::string why; // for the log
    };
    // `user` as proxy::folded_name() says it.
    [[nodiscard]] net::Task<Answer> check(std::string user, std::string password,
                                          net::Address client);
    void change(Options options);

private:
    [[nodiscard]] net::Task<bool> verify(std::string verifier, std::string password);
    [[nodiscard]] std::optional<std::string> verifier_of(const std::string& user);

    net::Loop& loop_;
    session::WorkerPool& workers_;
    Options options_;
    db::PolicyReader policy_;
    session::LoginCache cache_;
    Guesses guesses_;
};

} // namespace ums
