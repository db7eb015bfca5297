// SPDX-License-Identifier: Apache-2.0
// ums/remembered.h - what a user's mailbox listed before its server went down
// (spool/mailbox_lists.h): shown behind his queued mail, so that programs which know only
// the latest list do not forget what they have.
//
// What such a program fetches of the queue it knows by the same unique id later, but
// between its delivery and the next session with the server it is on no list; so it is
// added to what the mailbox listed, and taken away when it is deleted here.
//
// Memory: what all sessions list of it has a bound; who finds no room is refused for now,
// for a shorter list would be the wrong answer.
//
// Threads: the loop's; files are read and written by one of its own.
#pragma once

#include "base/clock.h"
#include "net/loop.h"
#include "net/task.h"
#include "pop3/list_memory.h"
#include "pop3/mailbox_list.h"
#include "pop3/transaction.h"
#include "session/worker_pool.h"
#include "spool/mailbox_lists.h"
#include "ums/mail_index.h"

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace ums {

// The user's queued mail, and behind it what else his mailbox listed.
[[nodiscard]] std::vector<pop3::Drop> drops_of(const std::vector<Mail>& queued,
                                               const pop3::MailboxList& remembered);

class Remembered {
public:
    struct Options {
        std::size_t most = 10'000;     // messages of a user, the newest; 0: none
        base::seconds age{30 * 86400}; // older lists are not shown
    };
    // What a mailbox listed, for as long as the session lasts.
    struct Shown {
        pop3::MailboxList mails{}; // oldest first
        pop3::ListShare share{};   // what they take in a session
    };
    static constexpr std::size_t most_memory = 256u << 20; // octets, of all sessions

    // The loop outlives it.
    Remembered(net::Loop& loop, std::string spool, Options options,
               std::size_t memory = most_memory);
    ~Remembered() { finish(); }
    Remembered(const Remembered&) = delete;
    Remembered& operator=(const Remembered&) = delete;
    void change(Options options) { options_ = options; }

    // Empty where there is nothing, or nothing that can be read: then the log says why.
    // `user`: proxy::folded_name().  Throws base::Failure when too many wait, or there is
    // no room for it.
    [[nodiscard]] net::Task<Shown> of(std::string user);
    // What he has fetched of the queue, and what of it he has deleted; does not wait.
    void note(const std::string& user, pop3::Sighting seen);
    // Waits some seconds at most, until all of this is written.
    void finish() { worker_.finish(time_to_finish); }

private:
    static constexpr base::milliseconds time_to_finish{5000};

    // Nothing: there is no room for it.
    [[nodiscard]] net::Task<std::optional<Shown>> ask(std::string user);
    void tell_shortage();

    net::Loop& loop_;
    spool::MailboxLists lists_;
    Options options_;
    std::shared_ptr<pop3::ListMemory> memory_; // what has come for nobody may outlive us
    session::WorkerPool worker_;               // last: it uses the others
};

} // namespace ums
