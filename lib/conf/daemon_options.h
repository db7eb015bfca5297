// SPDX-License-Identifier: Apache-2.0
// conf/daemon_options.h - the part of the command line that every daemon has.
#pragma once

#include <string>

namespace conf {

struct DaemonOptions {
    std::string config;
    bool check = false;
    bool dump_config = false;
};

} // namespace conf
