// SPDX-License-Identifier: Apache-2.0
// db/journal_reports.h - sums over what the journal holds of a time.
//
// They read everything of that time: a report of a day is quick, one of a year is not.
#pragma once

#include "db/journal_search.h"

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

namespace db {

struct ReportRange {
    std::int64_t from = 0; // microseconds since 1970
    std::int64_t to = 0;   // before this; 0: no end
    std::string tenant{};  // empty: all
};

struct ReportLine {
    std::string name;
    std::uint64_t count = 0;
    std::uint64_t octets = 0;
};

// Logins of one client.
struct LoginLine {
    std::string client;
    std::uint64_t refused = 0;
    std::uint64_t accepted = 0;
    std::uint64_t users = 0; // different ones that it named
};

// Milliseconds from arrival to delivery.
struct DelayReport {
    std::uint64_t count = 0; // 0: the rest is nothing
    std::int64_t p50 = 0;
    std::int64_t p95 = 0;
    std::int64_t p99 = 0;
};

enum class VolumeBy : std::uint8_t {
    hour, // "2026-11-23T12", UTC
    day,
    recipient_domain, // once for each message and domain
    tenant,           // once for each message and tenant that it concerns
};

inline constexpr std::size_t all_lines = std::numeric_limits<std::int64_t>::max();

// Largest count first, hours and days in the order of time; the first so many lines.
[[nodiscard]] std::vector<ReportLine> top_senders(const JournalSearch& journal,
                                                  const ReportRange& range,
                                                  std::size_t limit = all_lines);
[[nodiscard]] std::vector<ReportLine> top_recipients(const JournalSearch& journal,
                                                     const ReportRange& range,
                                                     std::size_t limit = all_lines);
[[nodiscard]] std::vector<ReportLine> top_clients(const JournalSearch& journal,
                                                  const ReportRange& range,
                                                  std::size_t limit = all_lines);
[[nodiscard]] std::vector<ReportLine> volumes(const JournalSearch& journal, VolumeBy by,
                                              const ReportRange& range,
                                              std::size_t limit = all_lines);
[[nodiscard]] std::vector<ReportLine> refusals_by_reason(const JournalSearch& journal,
                                                         const ReportRange& range,
                                                         std::size_t limit = all_lines);
[[nodiscard]] std::vector<ReportLine> attachments_by_type(const JournalSearch& journal,
                                                          const ReportRange& range,
                                                          std::size_t limit = all_lines);
// Recipients that failed, expired or still wait after an attempt, by what was answered:
// "5.1.1 mail1.internal[192.0.2.9]:25".  Octets: of their messages.
[[nodiscard]] std::vector<ReportLine> failures_by_answer(const JournalSearch& journal,
                                                         const ReportRange& range,
                                                         std::size_t limit = all_lines);
// Counts by origin_words, outcome_words and login_outcome_words; octets of messages alone.
[[nodiscard]] std::vector<ReportLine> messages_by_origin(const JournalSearch& journal,
                                                         const ReportRange& range);
[[nodiscard]] std::vector<ReportLine> recipients_by_outcome(const JournalSearch& journal,
                                                            const ReportRange& range);
[[nodiscard]] std::vector<ReportLine> logins_by_outcome(const JournalSearch& journal,
                                                        const ReportRange& range);
// Events that programs could not write, of each program; of no tenant's.
[[nodiscard]] std::vector<ReportLine> losses_by_program(const JournalSearch& journal,
                                                        const ReportRange& range);
// Clients whose logins were refused, the most often refused first.
[[nodiscard]] std::vector<LoginLine> refused_logins(const JournalSearch& journal,
                                                    const ReportRange& range,
                                                    std::size_t limit = all_lines);
[[nodiscard]] DelayReport delays(const JournalSearch& journal, const ReportRange& range);

// The SQL of all of them, for a test of their plans.
[[nodiscard]] std::vector<std::string> report_queries();

} // namespace db
