// SPDX-License-Identifier: Apache-2.0
// sponts(8): sets up, checks and runs the toolkit.
//
// This file knows the command line: the table of subcommands and how words become a Call.
// What a subcommand does stands in the file named after it.
#include "base/failure.h"
#include "command.h"
#include "database.h"

#include <CLI/CLI.hpp>

#include <cstdlib>
#include <functional>
#include <iostream>

namespace {

using sponts::Call;
using sponts::Command;

const std::vector<Command>& commands()
{
    // name, function, one line of help, least and most operands, their name, options
    static const std::vector<Command> table = {
        {"check",
         sponts::check,
         "read the configuration and look at everything it names",
         0,
         0,
         "",
         {{"dump-config", nullptr, "show each value and where it came from"}}},
        {"init",
         sponts::init,
         "make what the configuration names and is not there yet",
         0,
         0,
         "",
         {{"self-signed", nullptr, "make missing certificates, self-signed"},
          {"sample", nullptr, "print a configuration that says every key, make nothing"},
          {"demo", "DIR", "make a gateway for demo.example in DIR, on loopback"},
          {"backend", "HOST:PORT", "where the mail of the demonstration goes"},
          {"imap-backend", "HOST:PORT", "where its users' mail is read by IMAP"},
          {"pop3-backend", "HOST:PORT", "where its users' mail is read by POP3"}}},
        {"run",
         sponts::run,
         "start every program in the foreground and keep them running",
         0,
         0,
         "",
         {{"bin-dir", "DIR", "where the programs are"}}},
        {"db migrate",
         sponts::db_migrate,
         "make the database, or bring it to this version",
         0,
         0,
         "",
         {sponts::database_option}},
        {"import",
         sponts::import_table,
         "fill a table from CSV, all or nothing",
         1,
         2,
         "TABLE [FILE]",
         {sponts::database_option,
          {"dry-run", nullptr, "say what would change, change nothing"},
          {"replace", nullptr, "remove what the file does not name"}}},
        {"export",
         sponts::export_table,
         "write a table as CSV",
         1,
         1,
         "TABLE",
         {sponts::database_option}},
        {"user add",
         sponts::user_add,
         "add a user; the password is read from standard input",
         1,
         1,
         "NAME",
         {sponts::database_option}},
        {"user password",
         sponts::user_password,
         "change a password, read from standard input",
         1,
         1,
         "NAME",
         {sponts::database_option}},
    };
    return table;
}

// "db migrate" is the subcommand migrate of the subcommand db.
CLI::App* add_words(CLI::App& app, const Command& command)
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

void add_option(CLI::App& app, const sponts::OptionSpec& option, Call& call)
{
    const std::string name = option.name;
    if (option.value == nullptr) {
        app.add_flag_callback(
            "--" + name, [&call, name] { call.options[name]; }, option.help);
        return;
    }
    app.add_option_function<std::string>(
           "--" + name,
           [&call, name](const std::string& value) { call.options[name] = value; },
           option.help)
        ->type_name(option.value);
}

void add_command(CLI::App& app, const Command& command, Call& call, const Command*& chosen)
{
    CLI::App* words = add_words(app, command);
    words->fallthrough();
    for (const sponts::OptionSpec& option : command.options)
        add_option(*words, option, call);
    if (command.operands_max > 0) {
        CLI::Option* operands = words->add_option(command.operands, call.operands);
        operands->expected(static_cast<int>(command.operands_min),
                           static_cast<int>(command.operands_max));
        operands->required(command.operands_min > 0);
    }
    words->callback([&command, &chosen] { chosen = &command; });
}

// Exits by itself: 0 for --help and --version, 64 for anything it does not understand.
const Command& read_command_line(int argc, char** argv, Call& call)
{
    CLI::App app{"sponts - sets up, checks and runs the mail gateway", "sponts"};
    app.set_version_flag("--version", "sponts " SPONTS_VERSION);
    app.add_option("--config", call.config, "configuration file")->type_name("FILE");
    app.require_subcommand(1);
    const Command* chosen = nullptr;
    for (const Command& command : commands())
        add_command(app, command, call, chosen);
    try {
        app.parse(argc, argv);
    } catch (const CLI::Success& success) {
        std::exit(app.exit(success));
    } catch (const CLI::ParseError& error) {
        const std::vector<std::string> unknown = app.remaining();
        std::cerr << "sponts: "
                  << (chosen == nullptr && !unknown.empty()
                          ? "not understood: " + unknown[0]
                          : error.what())
                  << '\n';
        std::exit(static_cast<int>(base::Remedy::fix_arguments));
    }
    return *chosen;
}

} // namespace

int main(int argc, char** argv)
{
    Call call;
    const Command& command = read_command_line(argc, argv, call);
    try {
        return command.run(call);
    } catch (const base::Failure& failure) {
        std::cerr << "sponts: " << failure.what() << '\n';
        return failure.exit_status();
    }
}
