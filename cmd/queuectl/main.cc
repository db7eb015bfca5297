// SPDX-License-Identifier: Apache-2.0
// queuectl(1), mailq(1): looks at the queue and changes it.
//
// This file knows the command line.  What a subcommand does stands in the file named after
// it.
#include "base/clock.h"
#include "base/failure.h"
#include "command.h"
#include "conf/command_line.h"

#include <csignal>
#include <cstdlib>
#include <iostream>
#include <string_view>
#include <vector>

namespace {

using queuectl::Call;
using queuectl::Command;
using queuectl::Operands;

constexpr Command commands[] = {
    // name, function, one line of help, operands, changes, --json, --ids
    {"list", queuectl::list, "the queue, oldest first", Operands::any_ids, false, true,
     true},
    {"summary", queuectl::summary, "counts by destination, age and reason", Operands::none,
     false, true, false},
    {"show", queuectl::show, "all that is known of messages", Operands::some_ids, false,
     true, false},
    {"cat", queuectl::cat, "the bytes of messages", Operands::some_ids, false, false,
     false},
    {"hold", queuectl::hold, "do not deliver until released", Operands::any_ids, true,
     false, false},
    {"release", queuectl::release, "deliver what was held", Operands::any_ids, true, false,
     false},
    {"retry", queuectl::retry, "try again now", Operands::any_ids, true, false, false},
    {"requeue", queuectl::requeue, "as if it had just come: routed afresh",
     Operands::any_ids, true, false, false},
    {"delete", queuectl::remove, "without a report to the sender", Operands::any_ids, true,
     false, false},
    {"expire", queuectl::expire, "give up and report to the sender", Operands::any_ids,
     true, false, false},
    {"hidden", queuectl::hidden, "what users have deleted for themselves",
     Operands::any_user, false, true, false},
    {"unhide", queuectl::unhide, "show it to its user again", Operands::user_and_ids, false,
     false, false},
};

// Options of these names fill a field; durations are checked here.
void add_criteria(CLI::App& app, queuectl::Criteria& criteria)
{
    const auto duration = [](std::int64_t& field) {
        return [&field](const std::string& text) {
            field = base::parse_duration(text);
            if (field < 0)
                throw CLI::ValidationError("not a time (90s, 15m, 4h, 5d, 2w): " + text);
        };
    };
    app.add_option("--sender", criteria.sender, "of this sender")
        ->type_name("PATTERN")
        ->check(conf::not_empty);
    app.add_option("--recipient", criteria.recipient, "waiting for this recipient")
        ->type_name("PATTERN")
        ->check(conf::not_empty);
    app.add_option("--domain", criteria.domain, "waiting for this domain")
        ->type_name("DOMAIN")
        ->check(conf::not_empty);
    app.add_option("--reason", criteria.reason, "for a reason that contains this")
        ->type_name("TEXT")
        ->check(conf::not_empty);
    app.add_option_function<std::string>("--older", duration(criteria.older),
                                         "longer in the queue")
        ->type_name("TIME");
    app.add_option_function<std::string>("--younger", duration(criteria.younger),
                                         "shorter in the queue")
        ->type_name("TIME");
    app.add_flag("--held", criteria.held, "held");
}

void add_command(CLI::App& app, const Command& command, Call& call, const Command*& chosen)
{
    CLI::App* const words = app.add_subcommand(command.name, command.help);
    words->fallthrough();
    const bool of_user = command.operands == Operands::any_user ||
                         command.operands == Operands::user_and_ids;
    if (command.operands != Operands::some_ids && !of_user)
        add_criteria(*words, call.criteria);
    if (of_user)
        words->add_option("USER", call.user, "login name, or name of a file")
            ->required(command.operands == Operands::user_and_ids)
            ->check(conf::not_empty);
    if (command.operands != Operands::none && command.operands != Operands::any_user)
        words->add_option("ID", call.operands, "queue ids; \"-\": from standard input")
            ->required(command.operands == Operands::some_ids);
    if (command.changes) {
        words->add_flag("--all", call.all, "every message");
        words->add_flag("--dry-run", call.dry_run, "count, change nothing");
    }
    if (command.has_json)
        words->add_flag("--json", call.json, "for programs");
    if (command.has_ids)
        words->add_flag("--ids", call.ids, "only queue ids, one a line");
    words->callback([&command, &chosen] { chosen = &command; });
}

// mailq is "queuectl list".
std::vector<std::string> words_of(int argc, char** argv)
{
    std::vector<std::string> words(argv + std::min(argc, 1), argv + argc);
    const std::string_view program = argc > 0 ? argv[0] : "";
    if (program.substr(program.rfind('/') + 1) == "mailq")
        words.insert(words.begin(), "list");
    return words;
}

// A reader that has seen enough (head) is no error; a full disk is.
int flush(int status)
{
    std::cout.flush();
    if (std::fflush(stdout) != 0)
        base::fail_errno("write", "standard output");
    return status;
}

} // namespace

int main(int argc, char** argv)
{
    CLI::App app{"queuectl - looks at the mail queue and changes it", "queuectl"};
    Call call;
    conf::add_version_and_config(app, call.config);
    app.add_option("--spool", call.spool, "the spool, instead of what the file says")
        ->type_name("DIR")
        ->check(conf::not_empty);
    app.require_subcommand(1);
    const Command* chosen = nullptr;
    for (const Command& command : commands)
        add_command(app, command, call, chosen);
    conf::parse_command_line(app, words_of(argc, argv));
    return conf::run_program("queuectl", [&] { return flush(chosen->run(call)); });
}
