// SPDX-License-Identifier: Apache-2.0
// tkuev-ctl/command.h - what a subcommand of tkuev-ctl is: a row of the table in main.cc
// and a function in a file of its own.
//
// The command line is read in main.cc alone; a subcommand sees what was said, by name.
#pragma once

#include "conf/settings.h"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace tkuev {

// What was said on the command line.
struct Call {
    std::string config{conf::default_file};
    std::vector<std::string> operands;
    std::map<std::string, std::string, std::less<>> options; // "json" -> "" for a flag

    [[nodiscard]] bool has(std::string_view name) const { return options.contains(name); }
    [[nodiscard]] std::string get(std::string_view name) const
    {
        const auto found = options.find(name);
        return found == options.end() ? std::string() : found->second;
    }
};

struct OptionSpec {
    std::string name;  // without the dashes
    std::string value; // what --help calls its value; empty: a flag
    std::string help;
};

struct Command {
    const char* name;             // "list", or noun and verb: "authority add"
    int (*run)(const Call& call); // the exit status; may throw base::Failure
    const char* help;             // one line
    const char* operand = "";     // what --help calls it; empty: there is none
    std::vector<OptionSpec> options = {};
};

inline constexpr int exit_done = 0;
inline constexpr int exit_not_wanted = 1; // a person said no
inline constexpr int exit_refused = 65;   // by the rules; every reason is on stderr

int init(const Call& call);
int authority_add(const Call& call);
int authority_list(const Call& call);
int authority_show(const Call& call);
int authority_remove(const Call& call);
int test_account_add(const Call& call);
int test_account_list(const Call& call);
int test_account_remove(const Call& call);
int create(const Call& call);
int check(const Call& call);
int approve(const Call& call);
int reject(const Call& call);
int activate(const Call& call);
int confirm(const Call& call);
int extend(const Call& call);
int redirect(const Call& call);
int suspend(const Call& call);
int resume(const Call& call);
int end(const Call& call);
int settle(const Call& call);
int list(const Call& call);
int show(const Call& call);
int status(const Call& call);
int notice(const Call& call);
int gaps(const Call& call);
int receipts(const Call& call);

} // namespace tkuev
