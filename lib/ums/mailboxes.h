// SPDX-License-Identifier: Apache-2.0
// ums/mailboxes.h - which mail of the queue is whose, for users who read it while their
// server is down.
//
// The queue belongs to smtp-sendd; it is only read here.  A message is a user's when one of
// its recipients waits and the addresses table leads from there to his name; what an
// operator holds is nobody's.  Kept in memory: about 120 bytes for each message and 12 for
// each that shows it, besides the names of the users.
//
// Threads: one; the queue is loaded on a thread of its own.
#pragma once

#include "base/clock.h"
#include "delivery/facts.h"
#include "net/loop.h"
#include "net/task.h"
#include "spool/id.h"
#include "ums/mail_text.h"

#include <cstdint>
#include <expected>
#include <memory>
#include <string>
#include <vector>

namespace ums {

// One message as this user is shown it.
struct Mail {
    spool::MessageId id; // in the queue
    // RFC 1939 UIDL.  The same after a restart, for a record that was carried to another
    // segment, and for what a forward or a replay has made of the message.
    std::string uid;
    spool::MessageId known_as; // the same as an id: what spool::HiddenMail keeps
    std::uint64_t size = 0;    // octets of its MailText
    std::vector<std::uint32_t> recipients; // of the message `id`, that are this user's
};

class Mailboxes {
public:
    struct Options {
        std::string spool;
        std::uint32_t messages = 10'000; // of a user that are shown
    };
    // All must outlive it.  The facts are asked on the loop's thread.
    Mailboxes(net::Loop& loop, Options options, delivery::Facts& facts);
    ~Mailboxes();
    Mailboxes(const Mailboxes&) = delete;
    Mailboxes& operator=(const Mailboxes&) = delete;

    // Up to date as of the call, or at most a second old; callers at the same time share
    // one.  Loading takes at most a twentieth of the time, so after a slow one it may be
    // older.  Throws base::Failure if it cannot; what was known stays.
    [[nodiscard]] net::Task<void> refresh();

    // Oldest first.  The user as proxy::folded_name() says it.
    [[nodiscard]] std::vector<Mail> of(const std::string& folded_user) const;

    // The text of a message that of() gave, wherever it has been carried since; looks at
    // the queue again only if it is not where it was.  Throws nothing.
    [[nodiscard]] net::Task<std::expected<MailText, spool::ReadError>> open(Mail mail);

    // By this id some message of the queue is known: for spool::HiddenMail::prune().
    [[nodiscard]] bool has(spool::MessageId id) const;

private:
    struct State;
    std::unique_ptr<State> state_;
};

} // namespace ums
