// SPDX-License-Identifier: Apache-2.0
// proxy/learner.h - what a proxy makes of the passwords that pass through it: verifiers,
// for who serves the queue while the server of a mailbox is down (ums-popd(8)).
//
// Of each user the newest password that a backend has accepted is known by a tag: a keyed
// hash with a secret of this process.  A verifier costs tens of milliseconds: one thread of
// low priority makes them, of a bounded number of logins; what finds no place is learned at
// a later login, and no session waits.  What is told, journal/learned.h says.
//
// Threads: accepted(), refused() and finish() by one; `report` is called by a thread of our
// own.
#pragma once

#include "base/clock.h"
#include "db/remembered.h"
#include "journal/learned.h"
#include "session/login_tag.h"
#include "session/worker_pool.h"

#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace proxy {

class Learner {
public:
    // False: it could not be told.
    using Report = std::function<bool(const journal::Learned&)>;
    struct Options {
        std::vector<std::string> domains; // as [ums] learn has them
        base::seconds age{30 * 86400};    // of what nobody proves
        std::size_t users = 50'000;       // known at least; at most twice as many
        std::size_t waiting = 200;        // logins whose verifiers are to be made
        std::function<std::int64_t()> clock = base::wall_microseconds;
    };

    Learner(Options options, Report report);
    // For the logins that come.
    void set_policy(std::vector<std::string> domains, base::seconds age);

    // The backend has accepted this password, or refused it.  `user`: as folded_name() has
    // it.
    void accepted(const std::string& user, std::string_view password);
    void refused(const std::string& user, std::string_view password);
    // At the end: what waits is told, as far as there is time for it.
    void finish(base::milliseconds patience) { worker_.finish_together(patience); }

private:
    struct Known {
        session::LoginTag tag; // empty: nothing is known
        std::int64_t learned = 0;
        std::int64_t proved = 0;
        bool operator==(const Known&) const = default;
    };
    struct Change {
        Known before;
        Known after;
    };

    [[nodiscard]] Known known(const std::string& user);
    void remember(const std::string& user, Known known);
    [[nodiscard]] bool is_due(const Known& known) const; // to be learned anew
    void prove(const std::string& user, Known known);
    void learn(const std::string& user, std::string_view password,
               const session::LoginTag& tag);
    void tell(journal::Learned::What what, const std::string& user, Change change);
    void take_back(const std::string& user, const Change& change);
    void make_verifier(const std::string& user, std::int64_t learned,
                       std::string_view password);
    void lose(const std::string& user, std::int64_t learned);

    Options options_;
    const Report report_;
    const session::LoginTags tags_;
    std::int64_t last_ = 0; // when something was learned
    std::mutex mutex_;
    db::Remembered<Known> users_;
    session::WorkerPool worker_; // last: it uses all the others
};

} // namespace proxy
