// SPDX-License-Identifier: Apache-2.0
// conf/daemon_main.h - the options that every daemon has, and those that end it at once.
//
// For main.cc only: CLI11 is slow to compile.
#pragma once

#include "conf/command_line.h"
#include "conf/daemon_options.h"
#include "conf/settings.h"

#include <iostream>
#include <string>

namespace conf {

// `check`: what --check says of itself.
inline void add_common_options(CLI::App& app, DaemonOptions& options,
                               const std::string& check)
{
    add_version_and_config(app, options.config, "-c,--config");
    app.add_flag("--check", options.check, check);
    app.add_flag("--dump-config", options.dump_config,
                 "print every setting and where it came from, then exit");
}

// True: it was asked only to look at the configuration, and has done so.  `read`: as the
// start reads it, so that a file which passes --check is not refused then.
bool only_looked(const DaemonOptions& options, const auto& check,
                 Settings (*read)(const std::string& file) = &read_settings)
{
    if (options.dump_config)
        std::cout << dump_settings(options.config);
    else if (options.check)
        check(read(options.config));
    return options.dump_config || options.check;
}

} // namespace conf
