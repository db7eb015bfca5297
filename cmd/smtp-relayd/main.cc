// SPDX-License-Identifier: Apache-2.0
// smtp-relayd(8): takes mail by SMTP and puts it safely into the spool.
//
// This file knows the command line and the order of things, nothing else.

#include "base/failure.h"
#include "base/log.h"
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

void work(const relayd::Options& options)
{
    if (options.dump_config) {
        std::cout << conf::dump_settings(options.config);
        return;
    }
    conf::Settings settings = conf::read_settings(options.config);
    settings.log.program = "smtp-relayd";
    if (options.check) {
        relayd::check(settings);
        return;
    }
    base::configure_log(settings.log);
    relayd::RelayService service(std::move(settings), options);
    service.run();
}

} // namespace

int main(int argc, char** argv)
{
    const relayd::Options options = read_options(argc, argv);
    try {
        work(options);
        return EXIT_SUCCESS;
    } catch (const base::Failure& failure) {
        std::cerr << "smtp-relayd: " << failure.what() << '\n';
        return failure.exit_status();
    } catch (const std::exception& error) {
        std::cerr << "smtp-relayd: " << error.what() << '\n';
        return EX_SOFTWARE;
    }
}
