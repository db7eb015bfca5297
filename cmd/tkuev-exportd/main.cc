// SPDX-License-Identifier: Apache-2.0
// tkuev-exportd(8): hands over to authorities what the servers have recorded.
//
// This file knows the command line and the order of things, nothing else.
#include "base/clock.h"
#include "base/hidden.h"
#include "base/log.h"
#include "conf/daemon_main.h"
#include "handover/file_parcels.h"
#include "li/life.h"
#include "rights.h"
#include "service.h"
#include "shape.h"

#include <csignal>
#include <utility>

namespace {

using exportd::program;

conf::DaemonOptions read_options(int argc, char** argv)
{
    conf::DaemonOptions options;
    CLI::App app("Hands over to authorities.", program);
    conf::add_common_options(app, options, "check configuration and keys, then exit");
    conf::parse_command_line(app, argc, argv);
    return options;
}

void check(const conf::Settings& settings)
{
    exportd::confine_to_work(settings, false);
    const handover::Desk desk(settings);
    const li::Time now = base::wall_microseconds();
    for (const auto& [handle, stored] : *desk.measures())
        if (li::next_change(stored.measure, now)) // it has not ended
            handover::check_files(desk, stored.measure);
    base::require_hidden(settings.tkuev.state);
}

void work(const conf::DaemonOptions& options)
{
    if (conf::only_looked(options, check, &conf::read_trusted_settings))
        return;
    std::signal(SIGHUP, SIG_IGN);
    conf::Settings settings = conf::read_trusted_settings(options.config);
    settings.log.program = program;
    base::configure_log(settings.log);
    exportd::confine_to_work(settings, true);
    exportd::keep_shape();
    exportd::Service service(settings);
    service.run();
}

} // namespace

int main(int argc, char** argv)
{
    const conf::DaemonOptions options = read_options(argc, argv);
    return conf::run_program(program, [&] { work(options); });
}
