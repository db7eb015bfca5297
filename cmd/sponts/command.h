// SPDX-License-Identifier: Apache-2.0
// sponts/command.h - what a subcommand of sponts is: a row of the table in main.cc and a
// function in a file of its own.
//
// The command line is read in main.cc alone; a subcommand sees what was said, by name.
#pragma once

#include "conf/settings.h"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace sponts {

// What was said on the command line.
struct Call {
    std::string config{conf::default_file};                  // --config
    std::vector<std::string> operands;                       // in order
    std::map<std::string, std::string, std::less<>> options; // "dry-run" -> "" for a flag

    [[nodiscard]] bool has(std::string_view name) const { return options.contains(name); }
    [[nodiscard]] std::string get(std::string_view name,
                                  std::string_view otherwise = {}) const
    {
        const auto found = options.find(name);
        return found == options.end() ? std::string(otherwise) : found->second;
    }
};

struct OptionSpec {
    const char* name;  // without the dashes
    const char* value; // what --help calls its value; nullptr: a flag
    const char* help;
};

struct Command {
    const char* name;             // "check", or noun and verb: "db migrate"
    int (*run)(const Call& call); // returns the exit status; may throw base::Failure
    const char* help;             // one line
    std::size_t operands_min = 0;
    std::size_t operands_max = 0;
    const char* operands = ""; // what --help calls them
    std::vector<OptionSpec> options = {};
};

int check(const Call& call);
int init(const Call& call);
int run(const Call& call);

} // namespace sponts
