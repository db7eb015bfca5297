// SPDX-License-Identifier: Apache-2.0
// replayctl/run_log.h - the events of runs: who has made, begun and ended one,
// sponts-log(5).
#pragma once

#include "base/log.h"
#include "spool/replay_run.h"

#include <string>
#include <string_view>
#include <sys/types.h>

namespace replayctl {

// Who called: by the kernel's user id, and by name, of an operator as audit/person.h finds
// it.
struct Person {
    uid_t uid = 0;
    std::string user;
};
// Before this process becomes anybody else.
[[nodiscard]] Person person_of_process();

// Where [log] says.  A terminal shows the command's own words: there the events go to the
// system's log instead of standard error.
void configure_run_log(base::LogOptions options);

void log_made(const Person& person, const std::string& run, const spool::ReplayPlan& plan);
void log_begun(const Person& person, const std::string& run,
               const spool::ReplayCounts& counts);
// `failure`: why it could not go on; empty: it is done, or was stopped.
void log_ended(const Person& person, const std::string& run,
               const spool::ReplayCounts& counts, std::string_view failure = {});

} // namespace replayctl
