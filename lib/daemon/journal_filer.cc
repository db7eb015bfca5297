// SPDX-License-Identifier: Apache-2.0
// daemon/journal_filer.cc - see the header.
#include "daemon/journal_filer.h"

#include "base/failure.h"
#include "daemon/journal.h"
#include "daemon/tenants.h"
#include "db/journal_replace.h"
#include "spool/queue_files.h"

#include <cerrno>
#include <fcntl.h>
#include <string>
#include <sys/file.h>
#include <utility>

namespace daemons {

namespace {

base::Fd own(const std::string& database, const std::string& spool)
{
    const std::string path = database + ".owner";
    base::Fd lock = spool::open_or_make(spool, path, O_RDWR);
    if (!lock)
        base::fail_errno("open", path, base::Remedy::fix_config);
    if (::flock(lock.get(), LOCK_EX | LOCK_NB) == 0)
        return lock;
    if (errno != EWOULDBLOCK)
        base::fail_errno("lock", path);
    throw base::Failure(base::Remedy::start_service,
                        database + ": another process files into it already");
}

} // namespace

journal::FilerOptions filer_options(const conf::Settings& settings,
                                    db::Directory& directory)
{
    journal::FilerOptions options;
    options.spool = settings.general.spool;
    options.database = settings.journal.database;
    options.policies = journal_policies(settings.journal);
    options.owner_of = [&directory](std::string_view address) {
        return owner_of(directory, address);
    };
    return options;
}

journal::LearnedOptions learned_options(const conf::Settings& settings)
{
    return {.spool = settings.general.spool,
            .database = settings.ums.database,
            .age = base::seconds{settings.ums.verifier_age},
            .users = settings.ums.verifiers};
}

base::Fd own_journal(const conf::Settings& settings)
{
    base::Fd lock = own(settings.journal.database, settings.general.spool);
    db::remove_journal(db::fresh_journal(settings.journal.database));
    return lock;
}

base::Fd own_policy(const conf::Settings& settings)
{
    return own(settings.ums.database, settings.general.spool);
}

} // namespace daemons
