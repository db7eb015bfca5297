// SPDX-License-Identifier: Apache-2.0
// daemon/main.cc - see the header.

#include "daemon/main.h"

#include "base/log.h"
#include "conf/daemon_main.h"
#include "daemon/doors.h"
#include "daemon/inetd.h"

#include <csignal>
#include <string_view>
#include <utility>

namespace daemons {

namespace {

Options read_options(const Program& program, int argc, char** argv)
{
    Options options;
    CLI::App app(program.purpose, program.name);
    conf::add_common_options(app, options,
                             "check configuration and certificates, then exit");
    app.add_option("--listen", options.listen,
                   "listen here instead of on the configured addresses; may be repeated")
        ->type_name("ADDRESS");
    app.add_option("--listener", options.listener,
                   "whose [listener] settings --listen and inetd use (default: the first)")
        ->type_name("NAME");
    conf::parse_command_line(app, argc, argv);
    return options;
}

// Why there is no service; under inetd standard error is /dev/null by now.
void complain(const Program& program, const char* why, bool to_syslog)
{
    if (to_syslog)
        base::log(base::Level::error, "not-started", "-",
                  {{"error", std::string_view(why)}});
    else
        std::cerr << program.name << ": " << why << '\n';
}

// `to_syslog`: where a failure is to be told.
void work(const Program& program, const Options& options, const Serve& serve,
          bool& to_syslog)
{
    std::signal(SIGHUP, SIG_IGN); // until we can reload: what is read now is new
    InetdConnection connection;
    if (options.listen.empty())
        connection = take_inetd_connection();
    to_syslog = connection.heard_errors;
    if (to_syslog) // until the configuration is read
        base::configure_log({.program = program.name, .target = base::LogTarget::syslog});
    conf::Settings settings = conf::read_settings(options.config);
    settings.log.program = program.name;
    if (to_syslog)
        settings.log.target = base::LogTarget::syslog;
    base::configure_log(settings.log);
    serve(std::move(settings), options, std::move(connection.fd));
}

} // namespace

int run(const Program& program, int argc, char** argv, const Check& check,
        const Serve& serve)
{
    const Options options = read_options(program, argc, argv);
    const Check check_all = [&](const conf::Settings& settings) {
        check_doors(settings, options, program.name);
        check(settings);
    };
    bool to_syslog = false;
    return conf::exit_status_of(
        [&] {
            if (!conf::only_looked(options, check_all))
                work(program, options, serve, to_syslog);
        },
        [&](const char* why) { complain(program, why, to_syslog); });
}

} // namespace daemons
