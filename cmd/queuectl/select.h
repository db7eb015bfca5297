// SPDX-License-Identifier: Apache-2.0
// queuectl/select.h - which messages were meant.
#pragma once

#include "command.h"
#include "spool/queue.h"

#include <functional>
#include <optional>
#include <vector>

namespace queuectl {

// Ids of the command line and, for "-", of standard input, one a line.  Throws Failure
// (fix_arguments) for anything else.
[[nodiscard]] std::vector<spool::MessageId> read_ids(const Call& call);
[[nodiscard]] spool::MessageId parse_id(const std::string& word);

// Tells whether a message is meant.  Reads its envelope only when sender or recipients must
// be known.
class Selector {
public:
    using TextOf = std::function<std::string_view(spool::TextNumber)>;

    Selector(const Criteria& criteria, std::int64_t now, TextOf text,
             spool::Reader& reader);

    [[nodiscard]] bool matches(const spool::Entry& entry);

private:
    [[nodiscard]] bool matches_state(const spool::Entry& entry) const;
    [[nodiscard]] bool matches_texts(const spool::Entry& entry) const;
    [[nodiscard]] bool matches_envelope(const spool::Entry& entry);

    const Criteria& criteria_;
    std::int64_t now_;
    TextOf text_;
    spool::Reader& reader_;
};

// Compares without regard to case; "*", "?" and "[...]" as in a shell.  A sender "<>" is
// the null sender.
[[nodiscard]] bool matches_pattern(const std::string& pattern, const std::string& text);

// What is meant by ids and criteria, oldest first.
[[nodiscard]] std::vector<const spool::Entry*>
select(const Call& call, const spool::QueueView& view, spool::Reader& reader);

} // namespace queuectl
