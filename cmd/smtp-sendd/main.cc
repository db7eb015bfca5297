// SPDX-License-Identifier: Apache-2.0
// smtp-sendd(8): delivers the queue.
//
// This file knows the command line and the order of things, nothing else.
#include "base/log.h"
#include "conf/daemon_main.h"
#include "send_service.h"

#include <csignal>
#include <utility>

namespace {

using sendd::program;

conf::DaemonOptions read_options(int argc, char** argv)
{
    conf::DaemonOptions options;
    CLI::App app("Delivers the queue.", program);
    conf::add_common_options(app, options, "check configuration and database, then exit");
    conf::parse_command_line(app, argc, argv);
    return options;
}

void work(const conf::DaemonOptions& options)
{
    if (conf::only_looked(options, sendd::check))
        return;
    std::signal(SIGHUP, SIG_IGN); // until we can reload: what is read now is new
    conf::Settings settings = conf::read_settings(options.config);
    settings.log.program = program;
    base::configure_log(settings.log);
    sendd::SendService service(std::move(settings));
    service.run();
}

} // namespace

int main(int argc, char** argv)
{
    const conf::DaemonOptions options = read_options(argc, argv);
    return conf::run_program(program, [&] { work(options); });
}
