// SPDX-License-Identifier: Apache-2.0
// journalq/command.h - the subcommands; main.cc alone reads the command line.
#pragma once

#include "conf/command.h"
#include "daemon/journal_reader.h"
#include "db/journal_search.h"

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace journalq {

using conf::Call;

// EX_OK, and what grep(1) answers when nothing was found.
inline constexpr int exit_done = 0;
inline constexpr int exit_no_match = 1;

int list(const Call& call);
int show(const Call& call);
int follow(const Call& call);
int logins(const Call& call);

int report_summary(const Call& call);
int report_senders(const Call& call);
int report_recipients(const Call& call);
int report_clients(const Call& call);
int report_hours(const Call& call);
int report_days(const Call& call);
int report_domains(const Call& call);
int report_tenants(const Call& call);
int report_refusals(const Call& call);
int report_failures(const Call& call);
int report_attachments(const Call& call);
int report_delays(const Call& call);
int report_logins(const Call& call);

using daemons::open_journal;
using daemons::require_journal;
using Source = daemons::JournalSource;
// --database, of which nothing is known, or what the configuration names.
[[nodiscard]] Source source_of(const Call& call);

// --limit; throws Failure(fix_arguments).
[[nodiscard]] std::size_t limit_of(const Call& call, std::size_t otherwise);
// --after, in an order of time; throws Failure(fix_arguments).
[[nodiscard]] std::optional<db::JournalKey> after_key_of(const Call& call);
[[noreturn]] void refuse(std::string_view option, std::string_view said,
                         std::string_view why);
// At most one of these flags may be given.
void require_one_of(const Call& call, std::initializer_list<std::string_view> flags);

// What list and follow mean beside lib/conf's selection: --refused, --with-refused,
// --reason.
[[nodiscard]] std::vector<conf::OptionSpec> search_options();
[[nodiscard]] db::JournalCriteria criteria_of(const Call& call);

} // namespace journalq
