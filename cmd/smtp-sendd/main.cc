// SPDX-License-Identifier: Apache-2.0
// smtp-sendd(8): delivers the queue.
//
// This file knows the command line and the order of things, nothing else.
#include "base/failure.h"
#include "base/log.h"
#include "options.h"
#include "send_service.h"

#include <CLI/CLI.hpp>

#include <cstdlib>
#include <exception>
#include <iostream>
#include <sysexits.h>

namespace {

void define(CLI::App& app, sendd::Options& options)
{
    app.set_version_flag("--version", "smtp-sendd " SPONTS_VERSION);
    app.add_option("-c,--config", options.config, "configuration file")
        ->type_name("FILE")
        ->capture_default_str();
    app.add_flag("--check", options.check, "check configuration and database, then exit");
    app.add_flag("--dump-config", options.dump_config,
                 "print every setting and where it came from, then exit");
}

// Ends the program for --help, --version and wrong arguments.
sendd::Options read_options(int argc, char** argv)
{
    sendd::Options options;
    options.config = conf::default_file;
    CLI::App app("Delivers the queue.", "smtp-sendd");
    define(app, options);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        if (error.get_exit_code() == static_cast<int>(CLI::ExitCodes::Success))
            std::exit(app.exit(error));
        std::cerr << "smtp-sendd: " << error.what() << '\n';
        std::exit(EX_USAGE);
    }
    return options;
}

void work(const sendd::Options& options)
{
    if (options.dump_config) {
        std::cout << conf::dump_settings(options.config);
        return;
    }
    conf::Settings settings = conf::read_settings(options.config);
    settings.log.program = "smtp-sendd";
    if (options.check) {
        sendd::check(settings);
        return;
    }
    base::configure_log(settings.log);
    sendd::SendService service(std::move(settings));
    service.run();
}

} // namespace

int main(int argc, char** argv)
{
    const sendd::Options options = read_options(argc, argv);
    try {
        work(options);
        return EXIT_SUCCESS;
    } catch (const base::Failure& failure) {
        std::cerr << "smtp-sendd: " << failure.what() << '\n';
        return failure.exit_status();
    } catch (const std::exception& error) {
        std::cerr << "smtp-sendd: " << error.what() << '\n';
        return EX_SOFTWARE;
    }
}
