// SPDX-License-Identifier: Apache-2.0
// tkuev-export/image_options.h - the command line of discs; for main.cc alone, which knows
// CLI11.
#pragma once

#include "conf/command_line.h"
#include "image_call.h"

#include <functional>
#include <string>

namespace tkuev_export {

using conf::not_empty;

// Adds iso, release, burn, handed-over, stored, probe, verify; the one that was said sets
// `run`.
inline void add_image_commands(CLI::App& app, ImageCall& call, std::function<int()>& run)
{
    auto* const make =
        app.add_subcommand("iso", "make an image of a disc for an authority");
    make->add_option("MEASURE", call.measure, "the first digits of its handle")->required();
    auto* const from =
        make->add_option("--from", call.from,
                         "directory with IRI/ and CC/ instead of what is stored")
            ->type_name("DIRECTORY")
            ->check(not_empty);
    make->add_option("--again", call.again, "what is on an image that was lost")
        ->type_name("DIGEST")
        ->check(not_empty)
        ->excludes(from);
    make->add_option("--megabytes", call.megabytes, "of the oldest files at most")
        ->type_name("NUMBER")
        ->check(CLI::Range(1, 1'000'000))
        ->excludes(from);
    make->add_option("-o,--output", call.output, "image to make")
        ->type_name("FILE")
        ->check(not_empty)
        ->required();
    make->add_flag("--not-encrypted", call.clear,
                   "although the authority has a certificate");
    make->callback([&] { run = [&call] { return iso(call); }; });

    auto* const let_go = app.add_subcommand("release", "second person: let an image go");
    let_go->add_option("IMAGE", call.image)->required();
    let_go->callback([&] { run = [&call] { return release(call); }; });

    auto* const write = app.add_subcommand("burn", "write an image to a disc");
    write->add_option("IMAGE", call.image)->required();
    write->add_option("DRIVE", call.drive, "/dev/sr0, or stdio:FILE")->required();
    write->add_flag("--copy", call.copy, "although it was handed over already");
    write->callback([&] { run = [&call] { return burn(call); }; });

    auto* const gone =
        app.add_subcommand("handed-over", "note that an image was handed over");
    gone->add_option("IMAGE", call.image,
                     "the image, or its SHA-256 or the first digits of that")
        ->required();
    gone->callback([&] { run = [&call] { return handed_over(call); }; });

    auto* const list = app.add_subcommand("stored", "list what waits for discs");
    list->add_option("MEASURE", call.measure, "the first digits of its handle")->required();
    list->add_flag("--json", call.json, "for programs: JSON");
    list->callback([&] { run = [&call] { return list_stored(call); }; });

    auto* const ask = app.add_subcommand("probe", "does a measure's destination answer?");
    ask->add_option("MEASURE", call.measure, "the first digits of its handle")->required();
    ask->add_flag("--json", call.json, "for programs: JSON");
    ask->callback([&] { run = [&call] { return probe(call); }; });

    auto* const check = app.add_subcommand("verify", "is a disc what was made?");
    check->add_option("IMAGE", call.image, "image, drive, or directory")->required();
    check->add_option("--signer", call.signer, "certificate of who should have signed")
        ->type_name("FILE")
        ->check(not_empty);
    auto* const recipient =
        check->add_option("--recipient", call.recipient, "certificate it is encrypted for")
            ->type_name("FILE")
            ->check(not_empty);
    auto* const key = check->add_option("--key", call.key, "its private key")
                          ->type_name("FILE")
                          ->check(not_empty)
                          ->needs(recipient);
    recipient->needs(key);
    check->add_flag("--json", call.json, "for programs: JSON");
    check->callback([&] { run = [&call] { return verify_image(call); }; });
    for (auto* const one : {make, let_go, write, gone, list, ask, check})
        one->fallthrough(); // --config may follow
}

} // namespace tkuev_export
