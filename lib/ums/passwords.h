// SPDX-License-Identifier: Apache-2.0
// ums/passwords.h - whether this is the user's password, as earlier logins have taught it
// (policy-db(5)).
//
// A hash takes tens of milliseconds: it runs on worker threads, and who was right a moment
// ago is not hashed again.  A user who is not known costs the same work as one who is.
// Guessing is limited (ums/guesses.h), also for users who are not known; during a pause
// nothing is hashed, and right and wrong have the same answer.  Of one user one password is
// looked at at a time, so that many at once are no more guesses than one after the other.
#pragma once

#include "db/policy_reader.h"
#include "net/address.h"
#include "net/event.h"
#include "net/loop.h"
#include "net/task.h"
#include "session/login_cache.h"
#include "session/worker_pool.h"
#include "ums/guesses.h"

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>

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
    // The turn of one login of a user; the next has it when this goes.
    class Turn;
    using Waiting = std::deque<std::shared_ptr<net::Event>>;

    [[nodiscard]] net::Task<void> wait_for_turn(std::string user);
    [[nodiscard]] net::Task<Answer> judge(std::string user, std::string password,
                                          net::Address client);
    [[nodiscard]] std::optional<std::string> verifier_of(const std::string& user);

    net::Loop& loop_;
    session::WorkerPool& workers_;
    Options options_;
    db::PolicyReader policy_;
    session::LoginCache cache_;
    Guesses guesses_;
    Guesses strangers_; // of users who are not known: made-up names push out nobody real
    std::unordered_map<std::string, Waiting> turns_; // users that are being looked at
};

} // namespace ums
