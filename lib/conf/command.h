// SPDX-License-Identifier: Apache-2.0
// conf/command.h - what a subcommand is: a row of the table in a program's main.cc, and a
// function in a file of its own.
//
// The command line is read by command_line.h, in main.cc alone; a subcommand sees what was
// said, by name.
#pragma once

#include "conf/settings.h"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace conf {

// What was said on the command line.
struct Call {
    std::string config{default_file};                          // --config
    std::vector<std::string> operands{};                       // in order
    std::map<std::string, std::string, std::less<>> options{}; // "json" -> "" for a flag

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
    std::string also{}; // another name for it; told as the first
};

struct Command {
    const char* name;             // "list", or noun and verb: "authority add"
    int (*run)(const Call& call); // the exit status; may throw base::Failure
    const char* help;             // one line
    const char* operands = "";    // "TABLE [FILE]", "[FILE ...]": as --help calls them
    std::vector<OptionSpec> options = {};
};

} // namespace conf
