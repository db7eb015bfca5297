// SPDX-License-Identifier: Apache-2.0
// sponts journal rebuild: the journal anew, from the log and the queue.
#include "base/failure.h"
#include "daemon/journal_filer.h"
#include "db/journal_replace.h"
#include "db/journal_schema.h"
#include "journal.h"
#include "spool/queue_files.h"

#include <fmt/format.h>

#include <fcntl.h>
#include <iostream>

namespace sponts {

namespace {

constexpr base::milliseconds readers_patience{10'000};

// A new file is root's, where root runs this.
void give_away(const std::string& spool, const std::string& path)
{
    const base::Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
    if (!file)
        base::fail_errno("open", path);
    spool::give_to_owner(spool, file.get());
}

std::uint64_t file_all(const conf::Settings& settings, const std::string& fresh)
{
    db::Directory directory(settings.general.database);
    journal::FilerOptions options = daemons::filer_options(settings, directory);
    options.database = fresh;
    options.owner = false;
    journal::Filer filer(std::move(options));
    std::uint64_t messages = 0;
    for (bool more = true; more;) {
        const journal::FiledRound round = filer.round();
        messages += round.messages;
        more = round.more;
    }
    filer.ask_queue();
    return messages;
}

// The log does not say what became of messages long ago, the old journal may.
void take_over(const std::string& fresh, const std::string& old)
{
    try {
        (void)db::take_over_results(fresh, old);
    } catch (const base::Failure& failure) {
        std::cerr << "sponts: without the results of the old journal: " << failure.what()
                  << '\n';
    }
}

} // namespace

int journal_rebuild(const Call& call)
{
    const conf::Settings settings = conf::read_settings(call.config);
    if (!settings.journal.enabled)
        throw base::Failure(base::Remedy::fix_config,
                            settings.file + ": [journal] is not enabled");
    const std::string& path = settings.journal.database;
    const std::string fresh = db::fresh_journal(path);
    const base::Fd own = daemons::own_journal(settings);
    (void)db::migrate_journal(fresh);
    const std::uint64_t messages = file_all(settings, fresh);
    take_over(fresh, path);
    give_away(settings.general.spool, fresh);
    db::replace_journal(fresh, path, readers_patience);
    std::cerr << fmt::format("sponts: {}: {} messages\n", path, messages);
    return EXIT_SUCCESS;
}

} // namespace sponts
