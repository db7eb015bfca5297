// SPDX-License-Identifier: Apache-2.0
// smtp-relayd(8): takes mail by SMTP and puts it safely into the spool.
//
// This file knows the command line and the order of things, nothing else.

#include "base/failure.h"
#include "base/log.h"
#include "inetd.h"
#include "listeners.h"
#include "options.h"
#include "relay_service.h"

#include <CLI/CLI.hpp>

#include <cstdlib>
#include <exception>
#include <iostream>
#include <sysexits.h>

namespace {

void define(CLI::App& app, relayd::Options& options)
{
    app.set_version_flag("--version", "smtp-relayd " SPONTS_VERSION);
    app.add_option("-c,--config", options.config, "configuration file")
        ->type_name("FILE")
        ->capture_default_str();
    app.add_flag("--check", options.check,
                 "check configuration and certificates, then exit");
    app.add_flag("--dump-config", options.dump_config,
                 "print every setting and where it came from, then exit");
    app.add_option("--listen", options.listen,
                   "listen here instead of on the configured addresses; may be repeated")
        ->type_name("ADDRESS");
    app.add_option("--listener", options.listener,
                   "whose [listener] settings --listen and inetd use (default: the first)")
        ->type_name("NAME");
}

// Ends the program for --help, --version and wrong arguments.
relayd::Options read_options(int argc, char** argv)
{
    relayd::Options options;
    options.config = conf::default_file;
    CLI::App app("Takes mail by SMTP and puts it safely into the spool.", "smtp-relayd");
    define(app, options);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        if (error.get_exit_code() == static_cast<int>(CLI::ExitCodes::Success))
            std::exit(app.exit(error));
        std::cerr << "smtp-relayd: " << error.what() << '\n';
        std::exit(EX_USAGE);
    }
    return options;
}

// True: it was asked only to look at the configuration, and has done so.
bool only_looked(const relayd::Options& options)
{
    if (options.dump_config)
        std::cout << conf::dump_settings(options.config);
    else if (options.check)
        relayd::check(conf::read_settings(options.config));
    return options.dump_config || options.check;
}

void serve(const relayd::Options& options, relayd::InetdConnection connection)
{
    conf::Settings settings = conf::read_settings(options.config);
    settings.log.program = "smtp-relayd";
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
        std::cerr << "smtp-relayd: " << why << '\n';
}

int work(const relayd::Options& options)
{
    bool to_syslog = false;
    try {
        if (only_looked(options))
            return EXIT_SUCCESS;
        relayd::InetdConnection connection;
        if (options.listen.empty())
            connection = relayd::take_inetd_connection();
        to_syslog = connection.heard_errors;
        if (to_syslog) // until the configuration is read
            base::configure_log(
                {.program = "smtp-relayd", .target = base::LogTarget::syslog});
        serve(options, std::move(connection));
        return EXIT_SUCCESS;
    } catch (const base::Failure& failure) {
        complain(failure.what(), to_syslog);
        return failure.exit_status();
    } catch (const std::exception& error) {
        complain(error.what(), to_syslog);
        return EX_SOFTWARE;
    }
}

} // namespace

int main(int argc, char** argv)
{
    return work(read_options(argc, argv));
}
