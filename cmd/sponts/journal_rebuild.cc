// SPDX-License-Identifier: Apache-2.0
// sponts journal rebuild: the journal anew, from the log and the queue.
//
// The new one is made beside the old one, which nothing touches before somebody has agreed
// to lose what only the old one has.
#include "base/clock.h"
#include "base/failure.h"
#include "daemon/journal.h"
#include "daemon/journal_filer.h"
#include "db/journal_replace.h"
#include "db/journal_schema.h"
#include "journal.h"
#include "journal/settle.h"
#include "spool/queue_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <fcntl.h>
#include <iostream>
#include <optional>
#include <string>
#include <unistd.h>

namespace sponts {

namespace {

constexpr base::milliseconds readers_patience{10'000};
constexpr std::int64_t second = 1'000'000;

bool exists(const std::string& path)
{
    return ::access(path.c_str(), F_OK) == 0;
}

// A new file is root's, where root runs this.
void give_away(const std::string& spool, const std::string& path)
{
    const base::Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
    if (!file)
        base::fail_errno("open", path);
    spool::give_to_owner(spool, file.get());
}

std::uint64_t file_all(const journal::FilerOptions& options)
{
    journal::Filer filer(options);
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

struct Made {
    std::uint64_t messages = 0;
    std::uint64_t unknown = 0; // of these
};

// What is older than it may be, and what a tenant does not want kept, is not in it.
Made make(const conf::Settings& settings, const std::string& fresh)
{
    (void)db::migrate_journal(fresh);
    db::Directory directory(settings.general.database);
    journal::FilerOptions options = daemons::filer_options(settings, directory);
    options.database = fresh;
    options.owner = false;
    Made made;
    made.messages = file_all(options);
    if (exists(settings.journal.database))
        take_over(fresh, settings.journal.database);
    {
        db::Journal journal(fresh, options.policies);
        made.unknown = journal::settle(settings.general.spool, journal);
    }
    const db::RetentionDone gone = db::JournalRetention(fresh).apply(
        daemons::retention_rules(settings.journal, base::wall_microseconds()));
    made.messages -= std::min(made.messages, gone.messages);
    return made;
}

// False: nothing is, or it is not known that something is.
bool say_lack(const std::string& fresh, const std::string& old)
{
    try {
        const db::JournalLack lack = db::lack_of(fresh, old);
        if (lack.none())
            return false;
        std::cerr << fmt::format(
            "sponts: {}: lost with it: {} messages, {} refusals, {} logins; the oldest is "
            "of {}\n",
            old, lack.messages, lack.refusals, lack.logins,
            base::rfc3339(lack.oldest / second));
    } catch (const base::Failure& failure) {
        std::cerr << "sponts: all of the old journal is lost: " << failure.what() << '\n';
    }
    return true;
}

bool agreed()
{
    std::cerr << "sponts: replace the journal? (yes or no) " << std::flush;
    std::string answer;
    return std::getline(std::cin, answer) && (answer == "yes" || answer == "y");
}

void refuse_without_terminal(const std::string& path)
{
    if (::isatty(STDIN_FILENO) == 0)
        throw base::Failure(
            base::Remedy::fix_arguments,
            fmt::format("{} is there, and what the spool does not know any more would be "
                        "lost: --yes replaces it, --dry-run says what that is",
                        path));
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
    const bool ask = exists(path) && !call.has("yes") && !call.has("dry-run");
    if (exists(path))
        db::require_replaceable(path);
    if (ask)
        refuse_without_terminal(path);
    const base::Fd own = daemons::own_journal(settings);
    const Made made = make(settings, fresh);
    const bool lacks = exists(path) && say_lack(fresh, path);
    if (made.unknown > 0)
        std::cerr << fmt::format("sponts: of {} messages nobody knows what became of some "
                                 "recipient\n",
                                 made.unknown);
    if (call.has("dry-run") || (lacks && ask && !agreed())) {
        db::remove_journal(fresh);
        std::cerr << fmt::format("sponts: {}: nothing is changed\n", path);
        return EXIT_SUCCESS;
    }
    give_away(settings.general.spool, fresh);
    db::replace_journal(fresh, path, readers_patience);
    std::cerr << fmt::format("sponts: {}: {} messages\n", path, made.messages);
    return EXIT_SUCCESS;
}

} // namespace sponts
