// SPDX-License-Identifier: Apache-2.0
// ums/deletions.h - carries out what a user has deleted, as ums/on_delete.h has it.
//
// What is hidden waits for the disk on a thread of our own, and nobody but its user with
// it.
//
// Threads: one.  The loop outlives this.
#pragma once

#include "net/loop.h"
#include "net/task.h"
#include "session/worker_pool.h"
#include "spool/hidden_mail.h"
#include "ums/mailboxes.h"
#include "ums/on_delete.h"

#include <expected>
#include <set>
#include <string>
#include <vector>

namespace ums {

class Deletions {
public:
    Deletions(net::Loop& loop, std::string spool, OnDelete how);
    void set_how(OnDelete how) { how_ = how; }

    // What the user has deleted earlier.  Throws base::Failure.
    [[nodiscard]] std::set<spool::MessageId> hidden(const std::string& user) const
    {
        return hidden_.read(user);
    }
    // A message that others share with the user is never withdrawn, but hidden.
    // False: not all of it could be done, the log says why.
    [[nodiscard]] net::Task<bool> carry_out(std::string user, std::vector<Mail> mails,
                                            std::string session);
    // Forgets what was hidden and is not in the queue any more.  It waits for the disk, and
    // is mostly nothing.  Throws base::Failure.
    void tidy(const Mailboxes& mailboxes);

private:
    [[nodiscard]] net::Task<bool> hide(std::string user, std::vector<Mail> mails,
                                       std::string session);
    [[nodiscard]] net::Task<bool>
    remember(std::string user, std::vector<spool::MessageId> ids, std::string session);
    // Empty when it is on the disk, else why not.
    [[nodiscard]] net::Task<std::string> add(std::string user,
                                             std::vector<spool::MessageId> ids);
    [[nodiscard]] net::Task<bool> withdraw(std::string user, std::vector<Mail> mails,
                                           std::string session);
    // False: it is no longer there to be withdrawn.  Unexpected: smtp-sendd cannot be
    // asked.
    [[nodiscard]] net::Task<std::expected<bool, std::string>> withdraw(Mail mail);

    net::Loop& loop_;
    std::string socket_; // of smtp-sendd
    spool::HiddenMail hidden_;
    OnDelete how_;
    session::WorkerPool worker_; // last: it uses hidden_
};

} // namespace ums
