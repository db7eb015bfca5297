// SPDX-License-Identifier: Apache-2.0
// conf/command_line.h - what every main.cc does alike: wrong arguments, subcommands from a
// table, and one clear line with the right exit status when the work has failed.
//
// For main.cc only: CLI11 is slow to compile.
#pragma once

#include "base/failure.h"
#include "conf/command.h"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cstdlib>
#include <exception>
#include <functional>
#include <iostream>
#include <string>
#include <string_view>
#include <sysexits.h>
#include <type_traits>
#include <utility>
#include <vector>

namespace conf {

// "authority add", as far as the words were understood; empty: no subcommand was.
inline std::string said_subcommand(const CLI::App& app)
{
    std::string name;
    for (const CLI::App* at = &app; !at->get_subcommands().empty();) {
        at = at->get_subcommands().front();
        name += (name.empty() ? "" : " ") + at->get_name();
    }
    return name;
}

// Of words that mean nothing as a whole.
inline std::string said_config(const std::vector<std::string>& words)
{
    constexpr std::string_view option = "--config";
    constexpr std::string_view letter = "-c";
    std::string config(default_file);
    for (std::size_t i = 0; i < words.size(); ++i)
        if (words[i] == option || words[i] == letter)
            config = i + 1 < words.size() ? words[i + 1] : config;
        else if (words[i].starts_with(std::string(option) + '='))
            config = words[i].substr(option.size() + 1);
        else if (words[i].starts_with(letter))
            config = words[i].substr(letter.size());
    return config;
}

// Hears of words that are not understood, after a subcommand, before anybody else does.
using NotUnderstood =
    std::function<void(const std::string& subcommand, const std::string& config)>;

// Ends the program: 0 for --help and --version, 64 for anything it does not understand.
inline void parse_command_line(CLI::App& app, const std::vector<std::string>& words,
                               const NotUnderstood& hears = {})
{
    try {
        app.parse(std::vector(words.rbegin(), words.rend())); // as CLI11 wants them
    } catch (const CLI::Success& success) {
        std::exit(app.exit(success));
    } catch (const CLI::ParseError& error) {
        if (const std::string name = said_subcommand(app); hears && !name.empty())
            hears(name, said_config(words));
        const std::vector<std::string> unknown = app.remaining();
        std::cerr << app.get_name() << ": "
                  << (unknown.empty() ? error.what() : "not understood: " + unknown.front())
                  << '\n';
        std::exit(EX_USAGE);
    }
}

// What was said to the program.
inline std::vector<std::string> words_of(int argc, char** argv)
{
    return {argv + std::min(argc, 1), argv + argc};
}

inline void parse_command_line(CLI::App& app, int argc, char** argv,
                               const NotUnderstood& hears = {})
{
    parse_command_line(app, words_of(argc, argv), hears);
}

inline void add_version_and_config(CLI::App& app, std::string& config,
                                   const char* names = "--config")
{
    config = default_file;
    app.set_version_flag("--version", app.get_name() + " " SPONTS_VERSION);
    app.add_option(names, config, "configuration file")
        ->type_name("FILE")
        ->capture_default_str();
}

// "authority add" is the subcommand add of the subcommand authority.
inline CLI::App* add_words(CLI::App& app, const Command& command)
{
    const std::string name = command.name;
    const auto space = name.find(' ');
    if (space == std::string::npos)
        return app.add_subcommand(name, command.help);
    const std::string noun = name.substr(0, space);
    const auto groups = app.get_subcommands(
        [&noun](const CLI::App* group) { return group->get_name() == noun; });
    CLI::App* group =
        groups.empty() ? app.add_subcommand(noun, noun + " commands") : groups[0];
    group->require_subcommand(1)->fallthrough();
    return group->add_subcommand(name.substr(space + 1), command.help);
}

// Given, but nothing: a variable of a script that was not set.  What narrows nothing would
// mean everybody.
inline std::string not_empty(const std::string& value)
{
    return value.empty() ? "is empty" : "";
}

inline void add_option(CLI::App& app, const OptionSpec& option, Call& call)
{
    const std::string& name = option.name;
    const std::string names =
        "--" + name + (option.also.empty() ? "" : ",--" + option.also); // CLI11's way
    if (option.value.empty()) {
        app.add_flag_callback(names, [&call, name] { call.options[name]; }, option.help);
        return;
    }
    app.add_option_function<std::string>(
           names, [&call, name](const std::string& value) { call.options[name] = value; },
           option.help)
        ->type_name(option.value)
        ->check(not_empty);
}

// "TABLE [FILE]" are one or two, "[FILE ...]" as many as you like.
inline void add_operands(CLI::App& app, std::string_view names, Call& call)
{
    if (names.empty())
        return;
    const bool endless = names.ends_with(" ...]");
    const auto all = std::ranges::count(names, ' ') + (endless ? 0 : 1);
    const auto optional = std::ranges::count(names, '[');
    app.add_option(std::string(names), call.operands)
        ->expected(static_cast<int>(all - optional),
                   endless ? CLI::detail::expected_max_vector_size : static_cast<int>(all))
        ->required(all > optional);
}

// Which of them was meant; what else was said is in `call`.
inline const Command& read_subcommand(CLI::App& app, const std::vector<Command>& commands,
                                      const std::vector<std::string>& words, Call& call,
                                      const NotUnderstood& hears = {})
{
    add_version_and_config(app, call.config);
    app.require_subcommand(1);
    const Command* chosen = nullptr;
    for (const Command& command : commands) {
        CLI::App* const its = add_words(app, command);
        its->fallthrough();
        for (const OptionSpec& option : command.options)
            add_option(*its, option, call);
        add_operands(*its, command.operands, call);
        its->callback([&command, &chosen] { chosen = &command; });
    }
    parse_command_line(app, words, hears);
    return *chosen;
}

inline const Command& read_subcommand(CLI::App& app, const std::vector<Command>& commands,
                                      int argc, char** argv, Call& call)
{
    return read_subcommand(app, commands, words_of(argc, argv), call);
}

// `work` may have an exit status of its own; `complain` gets the line that says why it has
// failed.
int exit_status_of(const auto& work, const auto& complain)
{
    try {
        if constexpr (std::is_void_v<decltype(work())>)
            work();
        else
            return work();
        return EXIT_SUCCESS;
    } catch (const base::Failure& failure) {
        complain(failure.what());
        return failure.exit_status();
    } catch (const std::exception& error) {
        complain(error.what());
        return EX_SOFTWARE;
    }
}

// Of a program that is called by people and scripts: the line goes to standard error.
int run_program(std::string_view program, const auto& work)
{
    return exit_status_of(
        work, [program](const char* why) { std::cerr << program << ": " << why << '\n'; });
}

} // namespace conf
