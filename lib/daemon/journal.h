// SPDX-License-Identifier: Apache-2.0
// daemon/journal.h - the journal as [journal] has it.
#pragma once

#include "base/log.h"
#include "conf/settings.h"
#include "confine/confine.h"
#include "db/journal_policy.h"
#include "db/journal_retention.h"
#include "spool/event_writer.h"

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace daemons {

// Reads the key for pseudonyms.  Throws base::Failure.
[[nodiscard]] db::JournalPolicies journal_policies(const conf::Journal& journal);

// What is older than it may be at this time, in microseconds since 1970.
[[nodiscard]] std::vector<db::RetentionRule> retention_rules(const conf::Journal& journal,
                                                             std::int64_t now);

// What it needs to report events, where [journal] is enabled: makes their directory, if it
// can.  A server serves without, too.
void may_report(confine::Rights& rights, const conf::Settings& settings);

// Reports what the journal wants of the events that are logged, while it lives.  For each
// process one, when it has given up its rights and before it starts threads.
class EventReport {
public:
    EventReport(const conf::Settings& settings, std::string_view program);
    EventReport(const EventReport&) = delete;
    EventReport& operator=(const EventReport&) = delete;
    ~EventReport() { base::set_event_taker(nullptr); }

private:
    std::optional<spool::EventWriter> writer_; // nothing: [journal] is not enabled
};

} // namespace daemons
