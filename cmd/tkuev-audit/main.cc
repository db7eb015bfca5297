// SPDX-License-Identifier: Apache-2.0
// tkuev-audit(8): the auditors' command for the log of interception.
//
// This file knows the command line.  What a subcommand does stands in the file named after
// it.
#include "audit/retention.h"
#include "audit/sampling.h"
#include "base/clock.h"
#include "base/failure.h"
#include "command.h"
#include "conf/command_line.h"
#include "li/official_time.h"
#include "refusal.h"

#include <iostream>

namespace {

using tkuev_audit::Call;
using tkuev_audit::Run;

// The options of several subcommands.
void add_json(CLI::App& app, Call& call)
{
    app.add_flag("--json", call.json, "for programs");
}

void add_key(CLI::App& app, Call& call)
{
    app.add_option("--key", call.key,
                   "the auditors' private key, to see persons; \"-\": from standard input")
        ->type_name("FILE");
}

void add_quarter(CLI::App& app, Call& call)
{
    app.add_option("--quarter", call.quarter, "e.g. 2026-Q3 (default: the last one)")
        ->type_name("QUARTER")
        ->check([](const std::string& text) {
            if (!audit::is_quarter(text))
                return "not a quarter (2026-Q3): " + text;
            const bool begun = text <= audit::quarter_of(base::wall_seconds());
            return begun ? "" : text + " has not begun";
        });
    app.add_option("--seed", call.seed, "draw as this seed did")->type_name("TEXT");
}

void add_time(CLI::App& app, const char* name, const char* help, std::int64_t& field)
{
    app.add_option_function<std::string>(
           name,
           [&field](const std::string& text) {
               const auto time = li::parse_time(text);
               if (!time)
                   throw CLI::ValidationError(text + ": " + time.error().english);
               field = *time;
           },
           help)
        ->type_name("TIME");
}

struct Chosen {
    Run run = nullptr;
    std::string name;
};

CLI::App& add(CLI::App& app, const char* name, const char* help, Run run, Chosen& chosen)
{
    CLI::App* const words = app.add_subcommand(name, help);
    words->fallthrough();
    words->callback([run, name, &chosen] { chosen = {run, name}; });
    return *words;
}

void add_init(CLI::App& app, Call& call, Chosen& chosen)
{
    CLI::App& words = add(app, "init", "make an empty log", tkuev_audit::init, chosen);
    words.add_option("--grantor", call.grantor, "who may grant roles")
        ->type_name("USER")
        ->required();
    auto* const group = words.add_option_group("certificate");
    group->add_option("--certificate", call.certificate, "the auditors' certificate")
        ->type_name("FILE");
    group
        ->add_option("--new-key", call.new_key,
                     "make a private key there, and its certificate in FILE.crt")
        ->type_name("FILE");
    group->require_option(1);
    auto* const replace =
        words.add_flag("--replace", call.replace, "put a log aside that is not sound");
    words.add_flag("--even-sound", call.even_sound, "put a sound one aside, too")
        ->needs(replace);
}

void add_list(CLI::App& app, Call& call, Chosen& chosen)
{
    CLI::App& words = add(app, "list", "the entries", tkuev_audit::list, chosen);
    bool* const by_time = &call.by_time;
    auto* const identity = words.add_flag("--by-identity", call.by_identity,
                                          "sorted by Kennung, then by time");
    words.add_flag("--by-time", *by_time, "sorted by time (default)")->excludes(identity);
    add_time(words, "--since", "entries of this time and later", call.since);
    add_time(words, "--until", "entries before this time", call.until);
    words.add_option("--reference", call.reference, "of this measure only");
    words.add_option("--identity", call.identity, "of this Kennung only");
    add_key(words, call);
    add_json(words, call);
}

void add_checks(CLI::App& app, Call& call, Chosen& chosen)
{
    CLI::App& verify =
        add(app, "verify", "is the log what was written?", tkuev_audit::verify, chosen);
    verify.add_option("--head", call.heads, "this earlier head must be in it; repeatable")
        ->type_name("NUMBER:DIGEST");
    add_json(verify, call);
    CLI::App& sample = add(app, "sample", "what the check of a quarter looks at",
                           tkuev_audit::sample, chosen);
    add_quarter(sample, call);
    add_key(sample, call);
    add_json(sample, call);
    CLI::App& report =
        add(app, "report", "the written result of a quarter", tkuev_audit::report, chosen);
    add_quarter(report, call);
    report.add_option("--findings", call.findings, "the auditors' words")
        ->type_name("FILE");
    report
        .add_option("--output", call.output,
                    "write it and the regulator's copy to files there")
        ->type_name("DIRECTORY");
    add_json(report, call);
}

void add_purge(CLI::App& app, Call& call, Chosen& chosen)
{
    CLI::App& words =
        add(app, "purge", "delete what was kept long enough", tkuev_audit::purge, chosen);
    words.add_option("--keep", call.keep, "not of this measure; repeatable")
        ->type_name("REFERENCE");
    words.add_flag("--dry-run", call.dry_run, "count, change nothing");
    add_json(words, call);
}

void add_grants(CLI::App& app, Call& call, Chosen& chosen)
{
    CLI::App& words = add(app, "grants", "who has which role", tkuev_audit::grants, chosen);
    add_json(words, call);
    for (const char* change : {"grant", "revoke"}) {
        CLI::App* const act = words.add_subcommand(change, std::string(change) + " a role");
        act->fallthrough();
        act->add_option("USER", call.user)->required();
        act->add_option("ROLE", call.role, "operate, review or grant")->required();
        act->callback([&call, change] { call.change = change; });
    }
}

// "log-grants", but "log-grant" of "grants grant": the last word.
std::string act_of(std::string_view subcommand)
{
    return "log-" + std::string(subcommand.substr(subcommand.rfind(' ') + 1));
}

void note_wrong_words(const std::string& subcommand, const std::string& config)
{
    if (subcommand != "verify") // which changes nothing
        tkuev_audit::note_wrong_words(act_of(subcommand), config);
}

// Exits by itself: 0 for --help and --version, 64 for anything it does not understand.
Chosen read_command_line(int argc, char** argv, Call& call)
{
    CLI::App app{"tkuev-audit - the log of interception, for its auditors", "tkuev-audit"};
    conf::add_version_and_config(app, call.config, "-c,--config");
    app.require_subcommand(1);
    Chosen chosen;
    add_init(app, call, chosen);
    add_checks(app, call, chosen);
    add_list(app, call, chosen);
    add_purge(app, call, chosen);
    add_grants(app, call, chosen);
    conf::parse_command_line(app, argc, argv, note_wrong_words);
    return chosen;
}

} // namespace

int main(int argc, char** argv)
{
    Call call;
    const Chosen chosen = read_command_line(argc, argv, call);
    const std::string act = act_of(call.change.empty() ? chosen.name : call.change);
    return conf::run_program("tkuev-audit", [&] {
        const int status = tkuev_audit::run_noted(chosen.run, call, act);
        std::cout.flush();
        if (!std::cout)
            base::fail_errno("write", "standard output");
        return status;
    });
}
