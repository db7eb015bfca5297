// SPDX-License-Identifier: Apache-2.0
// tkuev-export(8): hand-over without the daemon, and proof of what was handed over.
//
// This file knows the command line; what a subcommand does stands in the file named after
// it.
#include "base/failure.h"
#include "conf/settings.h"
#include "image_options.h"
#include "subcommands.h"

#include <CLI/CLI.hpp>

#include <cstdlib>
#include <iostream>
#include <sysexits.h>

namespace {

// Ends the program for --help, --version and what it does not understand.
void parse(CLI::App& app, int argc, char** argv)
{
    try {
        app.parse(argc, argv);
    } catch (const CLI::Success& success) {
        std::exit(app.exit(success));
    } catch (const CLI::ParseError& error) {
        std::cerr << "tkuev-export: " << error.what() << '\n';
        std::exit(EX_USAGE);
    }
}

} // namespace

int main(int argc, char** argv)
{
    tkuev_export::Call call;
    tkuev_export::ImageCall images;
    std::function<int()> run;
    CLI::App app("tkuev-export - hand-over by hand, and its proof", "tkuev-export");
    app.set_version_flag("--version", "tkuev-export " SPONTS_VERSION);
    call.config = conf::default_file;
    app.add_option("-c,--config", call.config, "configuration file")->type_name("FILE");
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
    parse(app, argc, argv);
    images.config = call.config;
    if (call.once == static_cast<bool>(run)) {
        std::cerr << "tkuev-export: either --once or a subcommand is needed\n";
        return EX_USAGE;
    }
    try {
        return call.once ? tkuev_export::once(call) : run();
    } catch (const base::Failure& failure) {
        std::cerr << "tkuev-export: " << failure.what() << '\n';
        return failure.exit_status();
    }
}
