// SPDX-License-Identifier: Apache-2.0
// sponts-indexd(8): files every message, what became of it, and every login; and what
// logins have taught.
//
// This file knows the command line and the order of things, nothing else.
#include "base/log.h"
#include "conf/daemon_main.h"
#include "confine/confine.h"
#include "daemon/journal.h"
#include "daemon/journal_filer.h"
#include "daemon/rights.h"
#include "db/journal.h"
#include "db/policy.h"
#include "lag.h"
#include "mime/summary.h"
#include "retain.h"
#include "service.h"
#include "spool/event_writer.h"

#include <csignal>
#include <sys/resource.h>
#include <utility>

namespace {

using indexd::program;

constexpr int niceness = 10; // mail comes first

struct Options : conf::DaemonOptions {
    bool once = false;
    bool retain = false;
    bool lag = false;
};

Options read_options(int argc, char** argv)
{
    Options options;
    CLI::App app("Files every message, what became of it, and every login.", program);
    conf::add_common_options(app, options, "check configuration and databases, then exit");
    auto* const once =
        app.add_flag("--once", options.once, "file what is there, then exit");
    auto* const retain = app.add_flag("--retain", options.retain,
                                      "delete what is older than it may be, then exit");
    auto* const lag = app.add_flag("--lag", options.lag, "say what waits, then exit");
    once->excludes(retain)->excludes(lag);
    retain->excludes(lag);
    conf::parse_command_line(app, argc, argv);
    return options;
}

void require_journal(const conf::Settings& settings)
{
    if (!settings.journal.enabled)
        throw base::Failure(base::Remedy::fix_config,
                            settings.file + ": [journal] is not enabled");
}

void require_work(const conf::Settings& settings)
{
    if (!settings.journal.enabled && !settings.ums.enabled)
        throw base::Failure(base::Remedy::fix_config,
                            settings.file + ": neither [journal] nor [ums] is enabled");
}

void check(const conf::Settings& settings)
{
    require_work(settings);
    if (settings.journal.enabled) {
        (void)daemons::journal_policies(settings.journal);
        const db::Journal journal(settings.journal.database);
    }
    if (settings.ums.enabled) {
        const db::Policy policy(settings.ums.database);
    }
}

void make_directories(const conf::Settings& settings)
{
    if (settings.journal.enabled)
        spool::make_events_directory(settings.general.spool);
    if (settings.ums.enabled)
        spool::make_learned_directory(settings.general.spool);
}

// Everything it reads comes from outside: no network, and only what it files from and to.
void confine_to_work(const conf::Settings& settings)
{
    mime::prepare();
    confine::Rights rights;
    rights.write = {settings.general.spool,
                    daemons::directory_of(settings.general.database)};
    if (settings.journal.enabled)
        rights.write.push_back(daemons::directory_of(settings.journal.database));
    if (settings.ums.enabled)
        rights.write.push_back(daemons::directory_of(settings.ums.database));
    daemons::may_read(rights, settings.journal.pseudonym_key_file);
    rights.network = false;
    rights.sandbox = confine::sandbox_wanted();
    confine::to(rights);
}

void work(const Options& options)
{
    if (conf::only_looked(options, check))
        return;
    std::signal(SIGHUP, SIG_IGN);  // what is new needs a new process
    std::signal(SIGXFSZ, SIG_IGN); // a limit on files is an error like a full disk
    conf::Settings settings = conf::read_settings(options.config);
    settings.log.program = program;
    base::configure_log(settings.log);
    if (options.lag || options.retain)
        require_journal(settings);
    require_work(settings);
    (void)::setpriority(PRIO_PROCESS, 0, niceness);
    make_directories(settings);
    confine_to_work(settings);
    if (options.lag)
        return indexd::say_lag(settings);
    if (options.retain)
        return indexd::retain(settings);
    base::Fd journal, policy;
    if (settings.journal.enabled)
        journal = daemons::own_journal(settings);
    if (settings.ums.enabled)
        policy = daemons::own_policy(settings);
    indexd::Service service(settings, options.once);
    if (options.once)
        service.run_once();
    else
        service.run();
}

} // namespace

int main(int argc, char** argv)
{
    const Options options = read_options(argc, argv);
    return conf::run_program(program, [&] { work(options); });
}
