// SPDX-License-Identifier: Apache-2.0
#include "daemon/journal_reader.h"

#include "base/failure.h"
#include "daemon/journal.h"

#include <fmt/format.h>

#include <cerrno>
#include <unistd.h>

namespace daemons {

JournalSource journal_source(const conf::Journal& journal)
{
    try {
        return {.path = journal.database, .policies = journal_policies(journal)};
    } catch (const base::Failure& failure) {
        if (failure.error() != EACCES)
            throw;
        return {.path = journal.database, .policies = {}};
    }
}

void require_journal(const std::string& path)
{
    if (::access(path.c_str(), F_OK) != 0 && errno == ENOENT)
        throw base::Failure(base::Remedy::supply_input,
                            fmt::format("open {}: there is no journal; sponts db migrate "
                                        "--journal makes one",
                                        path));
}

db::JournalSearch open_journal(const JournalSource& source)
{
    require_journal(source.path);
    return db::JournalSearch(source.path, source.policies);
}

} // namespace daemons
