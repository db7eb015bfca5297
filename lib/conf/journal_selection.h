// SPDX-License-Identifier: Apache-2.0
// conf/journal_selection.h - which mail is meant, as options of a command line: the same
// for every program that searches the journal, and times also for others.
#pragma once

#include "conf/command.h"
#include "db/journal_search.h"

#include <cstdint>
#include <string>
#include <vector>

namespace conf {

// --since to --smaller, for a row of a program's table; --tenant is one of them.
[[nodiscard]] std::vector<OptionSpec> selection_options();

// Of all of these only --since, --until and --on; and with --tenant.
[[nodiscard]] std::vector<OptionSpec> time_options();
[[nodiscard]] std::vector<OptionSpec> period_options();

struct JournalPeriod {
    std::int64_t from = 0; // microseconds since 1970
    std::int64_t to = 0;   // before this; 0: no end
};

// `now`: microseconds since 1970.  Both throw Failure(fix_arguments), "--since x: is no
// time, ...".
[[nodiscard]] JournalPeriod read_period(const Call& call, std::int64_t now);
[[nodiscard]] db::JournalCriteria read_selection(const Call& call, std::int64_t now);

} // namespace conf
