// SPDX-License-Identifier: Apache-2.0
// tkuev-audit/command.h - what was said on the command line, and the subcommands.
//
// main.cc alone reads the command line.
#pragma once

#include "audit/store.h"
#include "conf/settings.h"

#include <cstdint>
#include <set>
#include <string>
#include <vector>

namespace tkuev_audit {

inline constexpr int exit_done = 0;
inline constexpr int exit_damaged = 65; // EX_DATAERR

struct Call {
    std::string config{conf::default_file};
    bool json = false;
    // init
    std::string grantor;
    std::string certificate; // file of the auditors'
    std::string new_key;     // file to make, with its certificate beside
    bool replace = false;
    bool even_sound = false; // replace that, too
    // verify
    std::vector<std::string> heads; // earlier ones
    // list
    bool by_time = false; // which is the default
    bool by_identity = false;
    std::int64_t since = 0; // microseconds
    std::int64_t until = 0; // microseconds; 0: no end
    std::string reference;  // of this measure only
    std::string identity;   // of this Kennung only
    std::string key;        // the auditors' private key; "-": standard input
    // sample, report
    std::string quarter;  // empty: the last one that is over
    std::string seed;     // empty: a new one
    std::string findings; // file with the auditors' words
    std::string output;   // directory; empty: standard output
    // purge
    bool dry_run = false;
    std::set<std::string> keep; // references
    // grants
    std::string change; // "", "grant", "revoke"
    std::string user;
    std::string role;
};

int init(const Call& call);
int verify(const Call& call);
int list(const Call& call);
int sample(const Call& call);
int report(const Call& call);
int purge(const Call& call);
int grants(const Call& call);

} // namespace tkuev_audit
