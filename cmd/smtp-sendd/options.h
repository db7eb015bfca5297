// SPDX-License-Identifier: Apache-2.0
// smtp-sendd/options.h - the command line, understood.
#pragma once

#include <string>

namespace sendd {

struct Options {
    std::string config;
    bool check = false;
    bool dump_config = false;
};

} // namespace sendd
