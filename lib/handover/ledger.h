// SPDX-License-Identifier: Apache-2.0
// handover/ledger.h - the ledger of a measure: what was taken, made, tried, delivered and
// destroyed; tkuev-ledger(5).
//
//     1 1795350245.123456 record cin=1 event=mail_received ... chain=9f2c...
//
// One line for each act, each with the SHA-256 of the digest before it and of itself.  The
// name of the file is random and says nothing.  A line is written to handover.db in the
// transaction of what it tells of, and from there to its file, once.
#pragma once

#include "db/handover.h"

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace handover {

// Blanks and whatever is not printable ASCII become %XX in values.
using LedgerFields = std::vector<std::pair<std::string_view, std::string>>;

// The line that follows `head`, without its newline; `head` becomes that of this line.
[[nodiscard]] std::string next_line(db::LedgerHead& head, std::int64_t time,
                                    std::string_view act, const LedgerFields& fields);

// Notes an act with what it belongs to.
void note(db::HandoverWork& work, const li::Handle& measure, std::int64_t time,
          std::string_view act, const LedgerFields& fields);

// Brings what was noted into the files of `directory`, on the disk when this returns.  A
// line that a crash has torn is written again.
void write_ledgers(db::Handover& handover, const std::string& directory);

struct LedgerEntry {
    std::uint64_t number = 0;
    std::int64_t time = 0; // microseconds
    std::string act;
    std::vector<std::pair<std::string, std::string>> fields;
    [[nodiscard]] std::string get(std::string_view name) const;
    [[nodiscard]] std::uint64_t number_in(std::string_view name) const; // 0 if it is none
};

struct LedgerReport {
    std::vector<LedgerEntry> entries;
    std::string chain; // of the last line
};
// All lines, or the first thing that is wrong: "line 17: the chain is broken".
[[nodiscard]] std::expected<LedgerReport, std::string> verify_ledger(std::string_view text);
// The same of a file, whose end must be the one that handover.db knows: what was cut off is
// noticed.
[[nodiscard]] std::expected<LedgerReport, std::string>
verify_ledger(const std::string& directory, const db::LedgerHead& head);

} // namespace handover
