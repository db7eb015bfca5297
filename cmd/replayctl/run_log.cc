// SPDX-License-Identifier: Apache-2.0
#include "run_log.h"

#include "audit/person.h"

#include <unistd.h>

namespace replayctl {

namespace {

std::string_view state_of(const spool::ReplayCounts& counts, std::string_view failure)
{
    if (!failure.empty())
        return "failed";
    return counts.left() == 0 ? "done" : "stopped";
}

} // namespace

Person person_of_process()
{
    return {.uid = ::getuid(), .user = audit::person_of_self()};
}

void configure_run_log(base::LogOptions options)
{
    options.program = "replayctl";
    if (::isatty(STDERR_FILENO) != 0)
        options.target = base::LogTarget::syslog;
    base::configure_log(std::move(options));
}

void log_made(const Person& person, const std::string& run, const spool::ReplayPlan& plan)
{
    std::size_t recipients = 0;
    for (const spool::ReplayItem& item : plan.items)
        recipients += item.recipients.size();
    base::log(base::Level::notice, "replay-made", run,
              {{"uid", person.uid},
               {"user", person.user},
               {"messages", plan.items.size()},
               {"recipients", recipients},
               {"rate", plan.rate},
               {"route", plan.route}});
}

void log_begun(const Person& person, const std::string& run,
               const spool::ReplayCounts& counts)
{
    base::log(base::Level::notice, "replay-begun", run,
              {{"uid", person.uid}, {"user", person.user}, {"left", counts.left()}});
}

void log_ended(const Person& person, const std::string& run,
               const spool::ReplayCounts& counts, std::string_view failure)
{
    base::log(base::Level::notice, "replay-ended", run,
              {{"uid", person.uid},
               {"user", person.user},
               {"state", state_of(counts, failure)},
               {"sent", counts.sent},
               {"lost", counts.lost},
               {"left", counts.left()},
               {"reason", failure}});
}

} // namespace replayctl
