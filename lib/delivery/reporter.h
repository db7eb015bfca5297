// SPDX-License-Identifier: Apache-2.0
// delivery/reporter.h - tells the sender: bounces, delay notices, success reports (RFC
// 3461, 3464).
//
// A report is a message of its own in the log, with the null sender.  It is on the disk
// when these functions return, and only then may the caller note the result it reports:
// dying in between makes a second report, never none.  Nothing is ever reported to the null
// sender; a bounce that cannot be delivered goes to the postmaster, if that is wished, or
// is dropped with a log line ("bounce-dropped").
//
// Where that is wished it begins with an X-UIDL field (spool/uidl.h).
#pragma once

#include "delivery/attempt.h"
#include "delivery/message_source.h"
#include "delivery/options.h"
#include "net/loop.h"
#include "net/task.h"
#include "smtp/dsn_report.h"
#include "spool/writer.h"
#include "tap/queue_witness.h"

#include <cstdint>
#include <string>
#include <vector>

namespace delivery {

class Reporter {
public:
    Reporter(net::Loop& loop, spool::Writer& writer, MessageSource& source,
             ReportOptions options);

    // True when the report is on the disk, or none is due.  Which recipients want one is
    // found out here (NOTIFY).  `retry_until` only for delays.
    [[nodiscard]] net::Task<bool> report(AttemptPtr attempt, smtp::Action action,
                                         std::vector<Settled> recipients,
                                         std::int64_t retry_until);
    // Null: nobody.  Outlives this.
    void watched_by(const tap::QueueWitness* witness) { witness_ = witness; }
    void set_options(ReportOptions options) { options_ = std::move(options); }

private:
    [[nodiscard]] std::string receiver_of(const Attempt& attempt,
                                          smtp::Action action) const;
    [[nodiscard]] smtp::Report describe(const Attempt& attempt, smtp::Action action,
                                        const std::vector<Settled>& recipients,
                                        std::int64_t retry_until) const;
    [[nodiscard]] std::string returned_text(Attempt& attempt, smtp::Action action,
                                            smtp::Report& report);
    // The text of the report, if the witness wants it; without the field that `uidl` puts
    // in front, which has the id it will get.
    [[nodiscard]] std::string write(Attempt& attempt, smtp::Action action,
                                    smtp::Report report, bool uidl, spool::CommitDone done);
    [[nodiscard]] spool::Envelope envelope_of(const Attempt& attempt,
                                              const smtp::Report& report,
                                              smtp::Action action) const;

    net::Loop& loop_;
    spool::Writer& writer_;
    MessageSource& source_;
    ReportOptions options_;
    const tap::QueueWitness* witness_ = nullptr;
};

// RFC 3461 section 4.1: does this recipient's sender want to hear of it?
[[nodiscard]] bool wants_report(const spool::Recipient& recipient, smtp::Action action);

} // namespace delivery
