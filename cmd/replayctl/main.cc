// SPDX-License-Identifier: Apache-2.0
// replayctl(8): sends mail again that the log still has.
//
// This file knows the command line.  What a subcommand does stands in the file named after
// it.
#include "client.h"
#include "command.h"
#include "conf/command_line.h"
#include "journal.h"
#include "select.h"

#include <vector>

namespace {

using conf::Command;
using conf::OptionSpec;
using Options = std::vector<OptionSpec>;

const OptionSpec spool_option{"spool", "DIR", "the spool, instead of what the file says"};
const OptionSpec again{"again", "", "also to who has got it by another run"};
const OptionSpec json{"json", "", "for programs"};

Options search_options(Options more)
{
    Options all = replayctl::selection_options();
    all.insert(all.end(), more.begin(), more.end());
    all.push_back(replayctl::journal_option());
    all.push_back(spool_option);
    return all;
}

Options plan_options(Options more)
{
    more.insert(more.begin(),
                {{"all", "", "every message"},
                 {"to", "ADDRESS", "to this address instead"},
                 {"to-domain", "DOMAIN", "to the same local parts in this domain instead"},
                 {"route", "NAME", "where this row of the routes table leads"},
                 {"rate", "NUMBER", "messages a second; 0: no limit"},
                 again});
    return search_options(std::move(more));
}

std::vector<Command> commands()
{
    const OptionSpec ids{"ids", "", "only ids, one a line"};
    const OptionSpec dry_run{"dry-run", "", "print the plan and keep nothing"};
    return {
        {"list", replayctl::list, "what can be sent again, oldest first", "[ID ...]",
         search_options({json, ids})},
        {"show",
         replayctl::show,
         "all that the log knows of messages",
         "ID [ID ...]",
         {json, spool_option}},
        {"cat", replayctl::cat, "the bytes of messages", "ID [ID ...]", {spool_option}},
        {"plan", replayctl::plan, "choose what to send again, as a run", "[ID ...]",
         plan_options({json, dry_run})},
        {"apply",
         replayctl::apply,
         "send what a run has planned, or go on",
         "RUN",
         {again, spool_option}},
        {"resend", replayctl::resend, "plan and apply in one", "[ID ...]",
         plan_options({dry_run})},
        {"runs", replayctl::runs, "all runs", "", {json, spool_option}},
        {"status", replayctl::status, "how far a run is", "RUN", {json, spool_option}},
        {"stop", replayctl::stop, "stop a run that is being sent", "RUN", {spool_option}},
        {"forget", replayctl::forget, "remove a run and its plan", "RUN", {spool_option}},
        {"serve", replayctl::serve, "let users send their own mail again"},
    };
}

} // namespace

int main(int argc, char** argv)
{
    CLI::App app{"replayctl - sends mail again that the log still has", "replayctl"};
    conf::Call call;
    const std::vector<Command> all = commands();
    const Command& chosen = conf::read_subcommand(app, all, argc, argv, call);
    return conf::run_program("replayctl", [&] {
        if (const auto socket = replayctl::service_for(chosen.name, call))
            return replayctl::ask_service(*socket, chosen.name, call);
        return chosen.run(call);
    });
}
