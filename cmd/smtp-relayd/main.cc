// SPDX-License-Identifier: Apache-2.0
// smtp-relayd(8): takes mail by SMTP and puts it safely into the spool.
//
// This file knows the command line and the order of things, nothing else.

#include "base/log.h"
#include "conf/daemon_main.h"
#include "inetd.h"
#include "listeners.h"
#include "options.h"
#include "relay_service.h"

#include <utility>

namespace {

constexpr const char* program = "smtp-relayd";

relayd::Options read_options(int argc, char** argv)
{
    relayd::Options options;
    CLI::App app("Takes mail by SMTP and puts it safely into the spool.", program);
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

void serve(const relayd::Options& options, relayd::InetdConnection connection)
{
    conf::Settings settings = conf::read_settings(options.config);
    settings.log.program = program;
    if (connection.heard_errors)
        settings.log.target = base::LogTarget::syslog;
    base::configure_log(settings.log);
    relayd::RelayService service(std::move(settings), options, std::move(connection.fd));
    service.run();
}

// Why there is no service; under inetd standard error is /dev/null by now.
void complain(const char* why, bool to_syslog)
{
    if (to_syslog)
        base::log(base::Level::error, "not-started", "-",
                  {{"error", std::string_view(why)}});
    else
        std::cerr << program << ": " << why << '\n';
}

// `to_syslog`: where a failure is to be told.
void work(const relayd::Options& options, bool& to_syslog)
{
    if (conf::only_looked(options, relayd::check))
        return;
    relayd::InetdConnection connection;
    if (options.listen.empty())
        connection = relayd::take_inetd_connection();
    to_syslog = connection.heard_errors;
    if (to_syslog) // until the configuration is read
        base::configure_log({.program = program, .target = base::LogTarget::syslog});
    serve(options, std::move(connection));
}

} // namespace

int main(int argc, char** argv)
{
    const relayd::Options options = read_options(argc, argv);
    bool to_syslog = false;
    return conf::exit_status_of([&] { work(options, to_syslog); },
                                [&](const char* why) { complain(why, to_syslog); });
}
