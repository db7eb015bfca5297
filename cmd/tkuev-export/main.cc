// SPDX-License-Identifier: Apache-2.0
// tkuev-export(8): hand-over without the daemon, and proof of what was handed over.
//
// This file knows the command line; what a subcommand does stands in the file named after
// it.
#include "conf/command_line.h"
#include "conf/refusal.h"
#include "image_options.h"
#include "subcommands.h"

#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace {

// As the entries of those that are not refused call it.  Empty: what everybody may do, and
// what a timer does each minute.
std::string act_of(std::string_view command)
{
    static const std::map<std::string_view, std::string> acts = {
        {"iso", "iso-make"},
        {"release", "iso-release"},
        {"burn", "iso-burn"},
        {"handed-over", "iso-handed-over"},
        {"stored", "disc-stored"},
        {"probe", "handover-probe"},
        {"verify-ledger", "ledger-verify"}};
    const auto found = acts.find(command);
    return found == acts.end() ? "" : found->second;
}

int run_subcommand(const CLI::App& app, const std::string& config,
                   const std::function<int()>& run)
{
    const std::string act = act_of(app.get_subcommands().front()->get_name());
    return act.empty() ? run() : conf::run_noted(act, config, run);
}

void note_wrong_words(const std::string& subcommand, const std::string& config)
{
    if (const std::string act = act_of(subcommand); !act.empty())
        conf::note_wrong_words(act, config);
}

} // namespace

int main(int argc, char** argv)
{
    tkuev_export::Call call;
    tkuev_export::ImageCall images;
    std::function<int()> run;
    CLI::App app("tkuev-export - hand-over by hand, and its proof", "tkuev-export");
    conf::add_version_and_config(app, call.config, "-c,--config");
    app.add_flag("--once", call.once, "hand over what is due, then exit");
    app.add_option("--patience", call.patience, "of --once: seconds at most")
        ->type_name("SECONDS")
        ->check(CLI::Range(1, 86400));
    auto* verify = app.add_subcommand("verify-ledger", "is a ledger what was written?");
    verify->add_option("MEASURE", call.measure, "only of this one");
    verify->add_flag("--json", call.json, "for programs: JSON");
    verify->fallthrough();
    verify->callback(
        [&run, &call] { run = [&call] { return tkuev_export::verify_ledgers(call); }; });
    tkuev_export::add_image_commands(app, images, run);
    app.require_subcommand(0, 1);
    app.final_callback([&run, &call] {
        if (call.once == static_cast<bool>(run))
            throw CLI::ValidationError("either --once or a subcommand is needed");
    });
    conf::parse_command_line(app, argc, argv, note_wrong_words);
    images.config = call.config;
    return conf::run_program("tkuev-export", [&] {
        return call.once ? tkuev_export::once(call) : run_subcommand(app, call.config, run);
    });
}
