// SPDX-License-Identifier: Apache-2.0
// conf/daemon_main.h - what the main.cc of every daemon does alike: common options, wrong
// arguments, and one clear line with the right exit status when there is no service.
//
// For main.cc only: CLI11 is slow to compile.
#pragma once

#include "base/failure.h"
#include "conf/daemon_options.h"
#include "conf/settings.h"

#include <CLI/CLI.hpp>

#include <cstdlib>
#include <exception>
#include <iostream>
#include <string>
#include <sysexits.h>

namespace conf {

// `check`: what --check says of itself.
inline void add_common_options(CLI::App& app, DaemonOptions& options,
                               const std::string& check)
{
    options.config = default_file;
    app.set_version_flag("--version", app.get_name() + " " SPONTS_VERSION);
    app.add_option("-c,--config", options.config, "configuration file")
        ->type_name("FILE")
        ->capture_default_str();
    app.add_flag("--check", options.check, check);
    app.add_flag("--dump-config", options.dump_config,
                 "print every setting and where it came from, then exit");
}

// Ends the program for --help, --version and wrong arguments.
inline void parse_command_line(CLI::App& app, int argc, char** argv)
{
    try {
        app.parse(argc, argv);
    } catch (const CLI::Success& success) {
        std::exit(app.exit(success));
    } catch (const CLI::ParseError& error) {
        std::cerr << app.get_name() << ": " << error.what() << '\n';
        std::exit(EX_USAGE);
    }
}

// True: it was asked only to look at the configuration, and has done so.
bool only_looked(const DaemonOptions& options, const auto& check)
{
    if (options.dump_config)
        std::cout << dump_settings(options.config);
    else if (options.check)
        check(read_settings(options.config));
    return options.dump_config || options.check;
}

// `complain` gets the line that says why the work has ended.
int exit_status_of(const auto& work, const auto& complain)
{
    try {
        work();
        return EXIT_SUCCESS;
    } catch (const base::Failure& failure) {
        complain(failure.what());
        return failure.exit_status();
    } catch (const std::exception& error) {
        complain(error.what());
        return EX_SOFTWARE;
    }
}

} // namespace conf
