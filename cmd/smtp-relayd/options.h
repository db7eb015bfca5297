// SPDX-License-Identifier: Apache-2.0
// smtp-relayd/options.h - the command line, understood.
#pragma once

#include "conf/daemon_options.h"

#include <string>
#include <vector>

namespace relayd {

struct Options : conf::DaemonOptions {
    std::vector<std::string> listen; // endpoints that replace those of the configuration
    std::string listener; // whose settings they, and inetd, use; empty: the first
};

} // namespace relayd
