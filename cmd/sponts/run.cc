// SPDX-License-Identifier: Apache-2.0
// sponts run - the whole toolkit in the foreground, without systemd and without root.
#include "base/log.h"
#include "command.h"
#include "conf/settings.h"
#include "run_pid_file.h"
#include "run_supervisor.h"

#include <sys/resource.h>

namespace sponts {

namespace {

// Every session is a descriptor; the usual soft limit of 1024 would be the first one hit.
void raise_descriptor_limit()
{
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return;
    limit.rlim_cur = limit.rlim_max;
    (void)::setrlimit(RLIMIT_NOFILE,
                      &limit); // else the old one holds, and is logged when hit
}

} // namespace

void configure_own_log(base::LogOptions options)
{
    options.program = "sponts";
    base::configure_log(std::move(options));
}

int run(const Call& call)
{
    conf::Settings settings = conf::read_settings(call.config);
    configure_own_log(settings.log);
    raise_descriptor_limit();
    const PidFile pid_file(settings.general.run_directory);
    Supervisor supervisor(std::move(settings), call.get("bin-dir"));
    return supervisor.work();
}

} // namespace sponts
