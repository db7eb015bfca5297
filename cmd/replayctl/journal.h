// SPDX-License-Identifier: Apache-2.0
// replayctl/journal.h - what the journal knows of messages that the log has.
//
// The log is always looked at first: what the journal has not filed by then is known to be
// missing, and said.
#pragma once

#include "command.h"
#include "daemon/journal_reader.h"
#include "select.h"
#include "spool/replay_plan.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace replayctl {

// --journal, for a row of the table in main.cc.
[[nodiscard]] conf::OptionSpec journal_option();

// What became of the recipients of a plan when their mail came.
struct Known {
    std::uint64_t delivered = 0; // or forwarded
    std::uint64_t failed = 0;    // or expired, or deleted
    std::uint64_t waiting = 0;   // as far as the journal knows
    std::uint64_t not_filed = 0;
};

class Journal {
public:
    // The one that --journal or else the configuration names.  Throws Failure; `why`: the
    // option that asks it.
    Journal(const Call& call, const Place& place, std::string_view why);
    // The same, or null where there is none; why it cannot be asked is said on standard
    // error.
    [[nodiscard]] static std::unique_ptr<Journal> if_there(const Call& call,
                                                           const Place& place);

    // Keeps of `found`, sorted by id, what meets all that only the journal knows.  That it
    // lags behind, or does not know recipients by their addresses, is said on standard
    // error.  Throws Failure (fix_arguments: there is no word in what is searched).
    void narrow(const Criteria& criteria, std::vector<spool::Found>& found);

    // Nothing: it does not know this recipient, or the message.
    [[nodiscard]] std::optional<db::Outcome> result_of(const spool::Envelope& envelope,
                                                       std::uint32_t recipient);
    // `found`, sorted by id, has all messages of the plan.
    [[nodiscard]] Known results_of(const std::vector<spool::Found>& found,
                                   const spool::ReplayPlan& plan);
    // The same, or nothing where it cannot be read: why is said on standard error.
    [[nodiscard]] std::optional<Known>
    results_if_readable(const std::vector<spool::Found>& found,
                        const spool::ReplayPlan& plan);

private:
    explicit Journal(std::string spool, const daemons::JournalSource& source)
        : spool_(std::move(spool)), path_(source.path),
          search_(daemons::open_journal(source))
    {
    }
    [[nodiscard]] static daemons::JournalSource
    source_of(const Call& call, const Place& place, std::string_view why);
    void warn_of_lag(bool of_results) const;
    void keep_filed(const Criteria& criteria, std::vector<spool::Found>& found) const;
    void keep_with_result(const Criteria& criteria, std::vector<spool::Found>& found);

    std::string spool_;
    std::string path_;
    db::JournalSearch search_;
    // Of the message that was asked for last.
    spool::MessageId last_;
    std::vector<db::FiledOutcome> outcomes_;
};

// Whether a recipient is meant: by --rcpt, and by --result if there is a journal.
[[nodiscard]] bool is_meant(const Criteria& criteria, Journal* journal,
                            const spool::Envelope& envelope, std::uint32_t recipient);

} // namespace replayctl
