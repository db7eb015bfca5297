// SPDX-License-Identifier: Apache-2.0
// tkuev-ctl(8): measures - entered, checked, armed, ended - by the officers of a provider.
//
// This file knows the command line: the table of subcommands and how words become a Call.
// What a subcommand does stands in the file named after it.
#include "base/failure.h"
#include "command.h"
#include "li/order.h"

#include <CLI/CLI.hpp>

#include <cstdlib>
#include <cstring>
#include <iostream>
#include <sys/resource.h>

namespace {

using tkuev::Call;
using tkuev::Command;
using tkuev::OptionSpec;

const OptionSpec json{"json", "", "for programs: JSON"};
const OptionSpec file{"file", "FILE", "where the fields stand (tkuev-order(5)); -: stdin"};
const OptionSpec scan{"scan", "FILE", "the scanned order, for its digest"};
const OptionSpec reason{"reason", "TEXT", "why, for the record"};

// A field that must not be seen by other users of the machine has no option.
std::vector<OptionSpec> with_fields(std::vector<OptionSpec> options)
{
    for (const li::Field& field : li::order_fields())
        if (!field.confidential)
            options.push_back({.name = std::string(field.name),
                               .value = "VALUE",
                               .help = std::string(field.hint)});
    return options;
}

const std::vector<Command>& commands()
{
    static const std::vector<Command> table = {
        {"init", tkuev::init, "make keys, directories and the database of measures"},
        {"authority add",
         tkuev::authority_add,
         "register an authority, or change what is known of it",
         "NAME",
         {{"title", "TEXT", "as letters call it"},
          {"contact", "TEXT", "who is told"},
          {"phone", "TEXT", "telephone"},
          {"certificate", "FILE", "to seal content for it alone"}}},
        {"authority list", tkuev::authority_list, "list the authorities", "", {json}},
        {"authority show", tkuev::authority_show, "show one", "NAME", {json}},
        {"authority remove", tkuev::authority_remove, "remove one", "NAME"},
        {"test-account add",
         tkuev::test_account_add,
         "register an account made for tests",
         "NAME",
         {{"registration", "TEXT", "the regulator's confirmation"}, file}},
        {"test-account list", tkuev::test_account_list, "list them", "", {json}},
        {"test-account remove", tkuev::test_account_remove, "remove one", "NAME"},
        {"create", tkuev::create, "enter a measure; nothing is armed by that", "",
         with_fields({file, scan, {"yes", "", "do not ask"}, json})},
        {"check", tkuev::check, "look for every formal fault of an order, enter nothing",
         "", with_fields({file, scan, json})},
        {"approve", tkuev::approve, "release a measure for activation", "MEASURE"},
        {"reject",
         tkuev::reject,
         "turn a measure down before it is armed",
         "MEASURE",
         {reason, {"invalid", "", "the order is void"}}},
        {"activate", tkuev::activate, "arm a measure", "MEASURE"},
        {"confirm",
         tkuev::confirm,
         "the original of the order has come",
         "MEASURE",
         {{"arrived", "TIME", "when, if not now"}}},
        {"extend", tkuev::extend, "a new order prolongs a measure", "MEASURE",
         with_fields({file, scan})},
        {"redirect", tkuev::redirect, "hand over to another destination from now on",
         "MEASURE", with_fields({file})},
        {"suspend", tkuev::suspend, "stop capturing for a while", "MEASURE"},
        {"resume", tkuev::resume, "go on after suspend", "MEASURE"},
        {"end", tkuev::end, "end a measure at once", "MEASURE", {reason}},
        {"settle", tkuev::settle, "write down which measures have ended by time"},
        {"list",
         tkuev::list,
         "list measures",
         "",
         {{"state", "STATE", "only those"}, json}},
        {"show", tkuev::show, "show a measure", "MEASURE", {json}},
        {"status", tkuev::status, "what needs a person now", "", {json}},
        {"notice",
         tkuev::notice,
         "write what the authority is to be told",
         "MEASURE",
         {{"kind", "KIND", "set-up, change, end or disturbance"},
          {"out", "FILE", "the letter, instead of standard output"},
          {"pdu", "FILE", "the same for machines: a HI1 PDU of TS 102 232-1"},
          {"disturbance", "TEXT", "its kind"},
          {"effect", "TEXT", "its effect"},
          {"since", "TIME", "its begin"},
          {"expected-end", "TIME", "its expected end"},
          {"recovered", "TIME", "its end"}}},
        {"gaps", tkuev::gaps, "list content that was not handed over", "MEASURE", {json}},
        {"receipts",
         tkuev::receipts,
         "list what was delivered, and what was tried",
         "MEASURE",
         {json}},
    };
    return table;
}

// "authority add" is the subcommand add of the subcommand authority.
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

void add_option(CLI::App& app, const OptionSpec& option, Call& call)
{
    const std::string name = option.name;
    if (option.value.empty()) {
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
    for (const OptionSpec& option : command.options)
        add_option(*words, option, call);
    if (*command.operand != '\0')
        words->add_option(command.operand, call.operands)->required()->expected(1);
    words->callback([&command, &chosen] { chosen = &command; });
}

// Exits by itself: 0 for --help and --version, 64 for anything it does not understand.
const Command& read_command_line(int argc, char** argv, Call& call)
{
    CLI::App app{"tkuev-ctl - measures of interception", "tkuev-ctl"};
    app.set_version_flag("--version", "tkuev-ctl " SPONTS_VERSION);
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
        std::cerr << "tkuev-ctl: "
                  << (chosen == nullptr && !unknown.empty()
                          ? "not understood: " + unknown[0]
                          : error.what())
                  << '\n';
        std::exit(static_cast<int>(base::Remedy::fix_arguments));
    }
    return *chosen;
}

// What was said is nobody's business who lists the processes.
void hide_command_line(int argc, char** argv)
{
    for (int i = 1; i < argc; ++i)
        ::explicit_bzero(argv[i], std::strlen(argv[i]));
}

} // namespace

int main(int argc, char** argv)
{
    Call call;
    const Command& command = read_command_line(argc, argv, call);
    hide_command_line(argc, argv);
    const rlimit nothing{0, 0};
    (void)::setrlimit(RLIMIT_CORE, &nothing); // no passwords in core files
    try {
        return command.run(call);
    } catch (const base::Failure& failure) {
        std::cerr << "tkuev-ctl: " << failure.what() << '\n';
        return failure.exit_status();
    }
}
