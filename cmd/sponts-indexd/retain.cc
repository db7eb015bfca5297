// SPDX-License-Identifier: Apache-2.0
#include "retain.h"

#include "base/clock.h"
#include "base/failure.h"
#include "base/log.h"
#include "daemon/journal.h"
#include "daemon/journal_filer.h"
#include "db/journal_replace.h"
#include "db/journal_retention.h"

#include <thread>
#include <unistd.h>

namespace indexd {

namespace {

constexpr int most_tries = 60;
constexpr base::seconds pause(1); // a reader ends sooner or later

// Whoever files has removed it when he began.
void remove_interrupted(const conf::Settings& settings)
{
    if (::access(db::fresh_journal(settings.journal.database).c_str(), F_OK) != 0)
        return;
    try {
        (void)daemons::own_journal(settings);
    } catch (const base::Failure& failure) {
        if (failure.remedy() != base::Remedy::start_service)
            throw;
    }
}

} // namespace

void retain(const conf::Settings& settings)
{
    remove_interrupted(settings);
    db::JournalRetention retention(settings.journal.database);
    const db::RetentionDone done = retention.apply(
        daemons::retention_rules(settings.journal, base::wall_microseconds()));
    bool finished = done.finished;
    for (int tries = 0; !finished && tries < most_tries; ++tries) {
        std::this_thread::sleep_for(pause);
        finished = retention.finish();
    }
    base::log(base::Level::info, "journal-retained", "-",
              {{"messages", done.messages},
               {"refusals", done.refusals},
               {"logins", done.logins},
               {"names", done.names}});
    if (!finished)
        throw base::Failure(base::Remedy::try_later,
                            settings.journal.database +
                                ": a reader keeps what was deleted from going for good");
}

} // namespace indexd
