// SPDX-License-Identifier: Apache-2.0
// ums/queue_scan.h - reads the queue and the messages in it, as far as mailboxes need it.
//
//     compare() -> what is new or has changed -> read(), until nothing is left -> close()
//
// Threads: one at a time; it waits for the disk.
#pragma once

#include "spool/queue.h"
#include "spool/reader.h"
#include "ums/mail_index.h"
#include "ums/owners.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace ums {

// A message whose owners are to be found; nobody's, if `addressed` has no recipients.
struct ReadMail {
    spool::MessageId id;
    IndexedMail mail;
    Addressed addressed;
};

class QueueScan {
public:
    struct Changes {
        std::vector<spool::MessageId> gone;
        std::vector<std::pair<spool::MessageId, spool::Location>> moved;
        std::size_t to_read = 0;
    };

    explicit QueueScan(std::string spool) : spool_(std::move(spool)), reader_(spool_) {}

    // Loads the queue.  `anew`: all that is in it is to be read.  Throws base::Failure.
    [[nodiscard]] Changes compare(const MailIndex& index, bool anew);
    // The next ones of these; empty when there are no more.  What cannot be read is
    // nobody's, keeps the name it had, and is tried again the next time.
    [[nodiscard]] std::vector<ReadMail> read();
    void close();

private:
    struct ToRead {
        spool::MessageId id;
        spool::MessageId known_as; // as far as the index knows
    };
    [[nodiscard]] ReadMail read_one(const spool::Entry& entry, spool::MessageId known_as);
    [[nodiscard]] bool read_text(ReadMail& out, bool kept_back);

    std::string spool_;
    spool::Reader reader_;
    std::unique_ptr<spool::QueueView> view_;
    std::vector<ToRead> to_read_;
    std::size_t next_ = 0;
};

} // namespace ums
