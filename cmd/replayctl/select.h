// SPDX-License-Identifier: Apache-2.0
// replayctl/select.h - which messages of the log are meant.
#pragma once

#include "command.h"
#include "properties.h"
#include "spool/reader.h"
#include "text/pattern.h"

#include <cstdint>
#include <functional>
#include <string>
#include <unordered_set>
#include <vector>

namespace replayctl {

// Everything that was said must hold.
struct Criteria {
    std::unordered_set<spool::MessageId> ids; // empty: any
    std::vector<spool::MessageId> named;      // the same, as they were said
    bool only_ids = false;
    std::string sender;    // pattern
    std::string recipient; // pattern
    std::int64_t since = 0;
    std::int64_t until = INT64_MAX; // before this; both microseconds since 1970
    // The others of journalq(1).
    db::JournalCriteria said;
    std::string of_journal; // the first of them that only the journal knows; empty: none

    [[nodiscard]] bool any() const
    {
        return only_ids || !sender.empty() || !recipient.empty() || since != 0 ||
               until != INT64_MAX || asks_log(said) || !of_journal.empty();
    }
};

// --sender, --rcpt, the others of journalq(1), and ids as operands or, for "-", of standard
// input. Throws Failure (fix_arguments).
[[nodiscard]] std::vector<conf::OptionSpec> selection_options();
[[nodiscard]] Criteria read_criteria(const Call& call);

using text::matches_pattern;
// As far as the log knows.
[[nodiscard]] bool matches(const Criteria& criteria, const spool::Found& message);

// Each message once, where its latest copy is, by id; the journal is not asked.  `also`:
// asked of those that match, if it is there; it may take away from the envelope what nobody
// needs.  `seen`: told of everything in the log, before that.
using Also = std::function<bool(spool::Found& message)>;
using Seen = std::function<void(const spool::Found& message)>;
[[nodiscard]] std::vector<spool::Found> select(const std::string& spool,
                                               const Criteria& criteria,
                                               const Also& also = {},
                                               const Seen& seen = {});

// Those that were named, as they were named; others as they came, the oldest first.
void put_in_order(const Criteria& criteria, std::vector<spool::Found>& found);

// Which of the messages that were named the log does not have.
class Missing {
public:
    explicit Missing(const Criteria& criteria) : criteria_(criteria) {}

    void see(const spool::Found& message)
    {
        if (criteria_.ids.contains(message.envelope.id))
            there_.insert(message.envelope.id);
    }
    // Each on a line of standard error; how many.
    [[nodiscard]] std::size_t complain() const;

private:
    const Criteria& criteria_;
    std::unordered_set<spool::MessageId> there_;
};

} // namespace replayctl
