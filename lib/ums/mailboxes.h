// SPDX-License-Identifier: Apache-2.0
// ums/mailboxes.h - which mail of the queue is whose, for users who read it while their
// server is down.
//
// The queue belongs to smtp-sendd; it is only read here.  A message is a user's when one of
// its recipients waits and the addresses table leads from there to his name; what an
// operator holds is nobody's.
//
// Memory: mail_index.h; while the queue is loaded, its about 80 bytes a message besides.
//
// Threads: one; the queue is loaded on a thread of its own.
#pragma once

#include "base/clock.h"
#include "delivery/facts.h"
#include "net/loop.h"
#include "net/task.h"
#include "spool/id.h"
#include "ums/mail_index.h"
#include "ums/mail_text.h"

#include <cstdint>
#include <expected>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace ums {

class Mailboxes {
public:
    struct Options {
        std::string spool;
        std::uint32_t messages = 10'000; // of a user that are shown
        base::milliseconds fresh_for{1000};
        int rest = 19; // so many times as long as it was loaded nobody loads again
    };
    // Loop and facts must outlive it; the facts are asked on the loop's thread.
    Mailboxes(net::Loop& loop, Options options, delivery::Facts& facts);
    ~Mailboxes();
    Mailboxes(const Mailboxes&) = delete;
    Mailboxes& operator=(const Mailboxes&) = delete;

    // Brings all up to date: as of the call, or at most a second old; callers at the same
    // time share one.  Loading takes at most a twentieth of the time, and nobody waits long
    // for it who can be shown something: after a slow one it may be older.  Throws
    // base::Failure if the queue or the facts cannot be read; what was known stays.
    [[nodiscard]] net::Task<void> refresh();

    // Oldest first.  The user as proxy::folded_name() says it; mail that is known by one of
    // `hidden` is left out, and not counted.
    [[nodiscard]] std::vector<Mail> of(const std::string& folded_user,
                                       const std::set<spool::MessageId>& hidden = {}) const;

    // The text of a message that of() gave, wherever it has been carried since; looks at
    // the queue again only if it is not where it was.  Throws nothing.
    [[nodiscard]] net::Task<std::expected<MailText, spool::ReadError>> open(Mail mail);

    // Some message of the queue has this id, or is known by it; until the queue was loaded
    // once that may be so of any.  As of the last look: others may have seen newer ones.
    // For spool::HiddenMail::prune().
    [[nodiscard]] bool has(spool::MessageId id) const;

private:
    struct State;
    std::shared_ptr<State> state_;
};

} // namespace ums
