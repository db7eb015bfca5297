// SPDX-License-Identifier: Apache-2.0
// daemon/journal_reader.h - the journal for those who only ask it.
#pragma once

#include "conf/settings.h"
#include "db/journal_search.h"

#include <string>

namespace daemons {

// Which journal is asked, and by what addresses it keeps as pseudonyms are found.
struct JournalSource {
    std::string path;
    db::JournalPolicies policies;
};

// What [journal] names.  Who may not read its key finds a pseudonym by what is filed.
// Throws base::Failure.
[[nodiscard]] JournalSource journal_source(const conf::Journal& journal);

// Throws Failure(supply_input) if there is none.
void require_journal(const std::string& path);
// Read only.  Throws base::Failure.
[[nodiscard]] db::JournalSearch open_journal(const JournalSource& source);

} // namespace daemons
