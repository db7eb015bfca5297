// SPDX-License-Identifier: Apache-2.0
// tkuev-ctl(8): measures - entered, checked, armed, ended - by the officers of a provider.
//
// This file knows the command line: the table of subcommands and how words become a Call.
// What a subcommand does stands in the file named after it.
#include "command.h"
#include "conf/command_line.h"
#include "li/order.h"
#include "refusal.h"

#include <algorithm>
#include <cstring>
#include <sys/resource.h>

namespace {

using conf::Command;
using conf::OptionSpec;

const OptionSpec json{"json", "", "for programs: JSON"};
const OptionSpec file{"file", "FILE", "where the fields stand (tkuev-order(5)); -: stdin"};
const OptionSpec scan{"scan", "FILE", "the scanned order, for its digest"};
const OptionSpec reason{"reason", "TEXT", "why, for the record"};

// Which of the fields of an order a subcommand takes.
bool any(const li::Field&)
{
    return true;
}
bool of_destination(const li::Field& field)
{
    return field.destination || field.name == "profile";
}

// A field that must not be seen by other users of the machine has no option.
std::vector<OptionSpec> with_fields(std::vector<OptionSpec> options,
                                    bool (*takes)(const li::Field&) = any)
{
    for (const li::Field& field : li::order_fields())
        if (!field.confidential && takes(field))
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
          {"certificate", "FILE", "to seal content for it alone"},
          {"tls-trust", "FILE", "certificates by which its servers are known"}}},
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
         "MEASURE", with_fields({file}, of_destination)},
        {"suspend", tkuev::suspend, "stop capturing for a while", "MEASURE"},
        {"resume", tkuev::resume, "go on after suspend", "MEASURE"},
        {"end", tkuev::end, "end a measure at once", "MEASURE", {reason}},
        {"settle", tkuev::settle, "write down which measures have ended by time"},
        {"forget", tkuev::forget, "destroy the order of a measure that is over", "MEASURE"},
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
        {"traffic",
         tkuev::traffic,
         "how much was captured and handed over, for the bill",
         "[MEASURE]",
         {{"from", "TIME", "not what was before"},
          {"to", "TIME", "not what was then or later"},
          json}},
        {"rehearse",
         tkuev::rehearse,
         "sessions of a test account through the gateway: what comes out?",
         "MEASURE",
         {{"file", "FILE", "passwords and the bystander; -: stdin"},
          {"smtp", "HOST:PORT", "instead of the configured listener"},
          {"submission", "HOST:PORT", "the same, with logins"},
          {"pop3", "HOST:PORT", "the same"},
          {"imap", "HOST:PORT", "the same"},
          {"patience", "SECONDS", "how long mails and events may take (120)"},
          json}},
    };
    return table;
}

// Of nouns alone nobody knows what was to be done.
void note_wrong_words(const std::string& subcommand, const std::string& config)
{
    if (std::ranges::any_of(
            commands(), [&](const Command& command) { return command.name == subcommand; }))
        tkuev::note_wrong_words(subcommand, config);
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
    const std::vector<std::string> words = conf::words_of(argc, argv);
    hide_command_line(argc, argv);
    const rlimit nothing{0, 0};
    (void)::setrlimit(RLIMIT_CORE, &nothing); // no passwords in core files
    CLI::App app{"tkuev-ctl - measures of interception", "tkuev-ctl"};
    conf::Call call;
    const Command& command =
        conf::read_subcommand(app, commands(), words, call, note_wrong_words);
    return conf::run_program("tkuev-ctl", [&] { return tkuev::run_noted(command, call); });
}
