// SPDX-License-Identifier: Apache-2.0
// tkuev-export/subcommands.h - what was said on the command line, and who does it.
#pragma once

#include <string>

namespace tkuev_export {

struct Call {
    std::string config;
    bool once = false;
    int patience = 60; // seconds
    std::string measure;
    bool json = false;
};

// The exit status; may throw base::Failure.
int once(const Call& call);
int verify_ledgers(const Call& call);

} // namespace tkuev_export
