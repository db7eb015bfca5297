// SPDX-License-Identifier: Apache-2.0
// proxy/list_keeper.h - remembers what users' mailboxes have listed
// (spool/mailbox_lists.h), for who shows the queue while their server is down
// (ums-popd(8)).
//
// A session hands over what it has seen when it ends, and goes on; one thread of low
// priority compares that with what is kept, and writes what has changed: of a user not more
// than once a minute, and all that waits at its end.  A list that was seen
// before another process has written one does not replace it.  The same thread forgets what
// is too old, once a day.
//
// Threads: watch(), take(), set_policy() and finish() by one.
#pragma once

#include "base/clock.h"
#include "db/remembered.h"
#include "pop3/list_watcher.h"
#include "spool/mailbox_lists.h"

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

namespace proxy {

class ListKeeper {
public:
    struct Policy {
        std::vector<std::string> domains; // as [ums] learn has them
        std::size_t most = 10'000;        // messages of a user; 0: all is forgotten
        base::seconds age{30 * 86400};    // of what is kept of a user who is not seen
    };
    struct Options {
        std::string spool;
        std::uint64_t free_space = 256u << 20; // with less nothing is written
        bool forgets = true;                   // false: others do
        std::size_t users = 50'000;            // known at least; at most twice as many
        std::size_t waiting = 20'000;          // users whose lists are to be looked at
        std::size_t memory = 128u << 20;       // octets of all sessions' lists
        base::milliseconds turn{1000};         // from a session's end to the comparison
        base::milliseconds rest{60'000};       // of a user after something was written
    };

    ListKeeper(Options options, Policy policy);
    ~ListKeeper() { finish(patience); }
    ListKeeper(const ListKeeper&) = delete;
    ListKeeper& operator=(const ListKeeper&) = delete;

    // For the sessions that come.
    void set_policy(Policy policy);

    // For a session of this user, as folded_name() has him, with a backend; null: nothing
    // is remembered of it.  This outlives it.
    [[nodiscard]] std::unique_ptr<pop3::ListWatcher> watch(const std::string& user);
    // The session is over.
    void take(const std::string& user, std::unique_ptr<pop3::ListWatcher> watcher);
    // Writes what waits, as far as there is time for it; what comes later is lost.
    // Sessions may still be there.
    void finish(base::milliseconds time = patience);

private:
    // Of one user more sessions than these wait only when the oldest go.
    static constexpr std::size_t most_sessions = 8;
    static constexpr base::seconds between_forgetting{86400};
    static constexpr base::seconds patience{3};

    struct Seen {
        std::unique_ptr<pop3::ListWatcher> watcher;
        std::int64_t time = 0; // wall microseconds
    };
    struct Waiting {
        std::vector<Seen> seen; // in their order
        base::SteadyTime due{};
    };
    // What the file of a user has, as far as we have seen to that.
    struct Known {
        std::optional<spool::MailboxLists::Stamp> stamp;
        std::uint64_t digest = 0;
        bool sized = false;
        std::size_t most = 0; // of the policy it was made by; 0: it is to be read again
        base::SteadyTime rests_until{};
    };
    using Users = std::unordered_map<std::string, Waiting>;

    void tell_shortage();
    void run();
    void forget(const Policy& policy);
    [[nodiscard]] Users due(bool all);
    void look_at(Users users, const Policy& policy);
    [[nodiscard]] bool is_late();
    void compare(const std::string& user, const std::vector<Seen>& seen,
                 const Policy& policy);
    [[nodiscard]] static bool is_known(const Known& known, const pop3::ListWatcher& seen,
                                       const Policy& policy);
    void write(const std::string& user, const spool::KeptList& list);
    void note_failure(const std::string& user, const char* why);

    const Options options_;
    const spool::MailboxLists lists_;
    pop3::ListMemory memory_;

    std::mutex mutex_;
    std::condition_variable wake_;
    Policy policy_;
    Users waiting_;
    bool forgets_now_;
    bool stopping_ = false;
    base::SteadyTime stop_by_ = base::SteadyTime::max();

    db::Remembered<Known> known_; // the thread's
    base::SteadyTime forgets_next_ = base::Steady::now() + between_forgetting; // the same
    bool failing_ = false;                                                     // the same
    std::thread thread_; // last: it uses all the others
};

} // namespace proxy
