// SPDX-License-Identifier: Apache-2.0
// journalq(1): searches the journal and reports from it.
//
// This file knows the command line.  What a subcommand does stands in the file named after
// it.
#include "command.h"
#include "conf/command_line.h"
#include "conf/journal_selection.h"

#include <vector>

namespace {

using conf::Command;
using conf::OptionSpec;
using Options = std::vector<OptionSpec>;

const OptionSpec database{"database", "FILE", "instead of the one in the configuration"};
const OptionSpec json{"json", "", "an object a line, for programs"};
const OptionSpec csv{"csv", "", "for spreadsheets"};
const OptionSpec limit{"limit", "COUNT", "at most so many"};
const OptionSpec after{"after", "PLACE", "go on where an earlier page has ended"};

Options joined(Options options, const Options& more)
{
    options.insert(options.end(), more.begin(), more.end());
    return options;
}

Options list_options()
{
    return joined(journalq::search_options(),
                  {{"sort", "ORDER", "newest (first), oldest, size, recipients or delay"},
                   limit,
                   after,
                   json,
                   csv,
                   {"ids", "", "only ids, one a line"},
                   {"long", "", "all about each message"},
                   {"count", "", "only how many"},
                   database});
}

// What comes has no end.
Options follow_options()
{
    Options all = journalq::search_options();
    std::erase_if(all, [](const OptionSpec& option) {
        return option.name == "until" || option.name == "on";
    });
    return joined(std::move(all), {json, database});
}

Options login_options()
{
    return joined(conf::period_options(),
                  {{"login", "USER", "of this user"},
                   {"client", "IP", "from this client"},
                   {"result", "RESULT", "accepted, refused or unavailable"},
                   limit,
                   after,
                   json,
                   csv,
                   database});
}

std::vector<Command> commands()
{
    const Options report = joined(conf::period_options(), {limit, json, csv, database});
    const Options whole = joined(conf::period_options(), {json, csv, database});
    return {
        {"list", journalq::list, "messages, newest first", "", list_options()},
        {"show",
         journalq::show,
         "all about messages, and what came of them",
         "[ID ...]",
         {{"tenant", "NAME", "of this tenant alone"}, json, database}},
        {"follow", journalq::follow, "messages as they come", "", follow_options()},
        {"logins", journalq::logins, "logins, newest first", "", login_options()},
        {"report summary", journalq::report_summary, "all in a few lines", "", whole},
        {"report senders", journalq::report_senders, "who sends most", "", report},
        {"report recipients", journalq::report_recipients, "who gets most", "", report},
        {"report clients", journalq::report_clients, "which hosts send most", "", report},
        {"report hours", journalq::report_hours, "volume of each hour", "", report},
        {"report days", journalq::report_days, "volume of each day", "", report},
        {"report domains", journalq::report_domains, "volume of each recipient's domain",
         "", report},
        {"report tenants", journalq::report_tenants, "volume of each tenant", "", report},
        {"report refusals", journalq::report_refusals, "refusals by reason", "", report},
        {"report failures", journalq::report_failures,
         "failures and delays by the next hop's answer", "", report},
        {"report attachments", journalq::report_attachments, "attachments by type", "",
         report},
        {"report delays", journalq::report_delays, "milliseconds to delivery", "", whole},
        {"report logins", journalq::report_logins, "who was refused most often", "",
         report},
    };
}

} // namespace

int main(int argc, char** argv)
{
    CLI::App app{"journalq - searches the journal of mail and logins", "journalq"};
    conf::Call call;
    const std::vector<Command> all = commands();
    conf::add_option(app, database, call); // as --config, before the subcommand or behind
    const Command& chosen = conf::read_subcommand(app, all, argc, argv, call);
    return conf::run_program("journalq", [&] { return chosen.run(call); });
}
