// SPDX-License-Identifier: Apache-2.0
// daemon/options.h - the command line of a daemon with listeners, understood.
//
// The namespace of this folder is `daemons`: daemon(3) has the other name.
#pragma once

#include "conf/daemon_options.h"

#include <string>
#include <vector>

namespace daemons {

struct Options : conf::DaemonOptions {
    std::vector<std::string> listen; // endpoints that replace those of the configuration
    std::string listener; // whose settings they, and inetd, use; empty: the first
};

} // namespace daemons
