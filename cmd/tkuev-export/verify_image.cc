// SPDX-License-Identifier: Apache-2.0
// tkuev-export verify - is a disc what was made?  Works without the gateway: reads no
// configuration, asks no daemon.
#include "base/failure.h"
#include "handover/image.h"
#include "image_call.h"
#include "text/json.h"
#include "text/lines.h"

#include <fmt/format.h>

#include <filesystem>
#include <iostream>

namespace tkuev_export {

namespace {

constexpr int exit_sound = 0;
constexpr int exit_damaged = 65; // EX_DATAERR

// Files that an authority names on the command line are no configuration.
const std::string& there(const std::string& file)
{
    std::error_code ignored; // what cannot be looked at, its reader tells
    if (std::filesystem::status(file, ignored).type() ==
        std::filesystem::file_type::not_found)
        throw base::Failure(base::Remedy::supply_input, file + ": not there");
    return file;
}

handover::ImageReader reader_of(const ImageCall& call)
{
    handover::ImageReader reader;
    if (!call.signer.empty())
        reader.signer = seal::Certificate::read(there(call.signer));
    if (!call.recipient.empty())
        reader.recipient = seal::Certificate::read(there(call.recipient));
    if (!call.key.empty())
        reader.key = seal::PrivateKey::read(there(call.key));
    return reader;
}

void print_signer(const handover::ImageCheck& check)
{
    const std::string who =
        fmt::format("signed by {} (SHA-256 {})", check.signer, check.fingerprint);
    if (!check.is_signed)
        std::cout << "not " << who << '\n';
    else
        std::cout << who << (check.trusted ? "" : ": compare it with the letter") << '\n';
}

void print(const handover::ImageCheck& check)
{
    for (const std::string& problem : check.problems)
        std::cout << "problem: " << text::printable(problem) << '\n';
    if (!check.fingerprint.empty())
        print_signer(check);
    if (check.encrypted)
        std::cout << "encrypted: PDUs were not read\n";
    std::cout << fmt::format("{}: {} files, {} PDUs, {} hash checks and {} signatures "
                             "of PDUs hold\n",
                             check.problems.empty() ? "sound" : "NOT SOUND", check.files,
                             check.pdus, check.hashes, check.signatures);
}

void print_json(const handover::ImageCheck& check)
{
    std::string out;
    text::JsonWriter json(out);
    json.begin_object()
        .member("sound", check.problems.empty())
        .member("signed", check.is_signed)
        .member("trusted", check.trusted)
        .member("signer", check.signer)
        .member("fingerprint", check.fingerprint)
        .member("encrypted", check.encrypted)
        .member("files", check.files)
        .member("pdus", check.pdus)
        .member("hashes", check.hashes)
        .member("signatures", check.signatures);
    json.key("problems").begin_array();
    for (const std::string& problem : check.problems)
        json.value(problem);
    json.end_array().end_object();
    std::cout << out << '\n';
}

} // namespace

int verify_image(const ImageCall& call)
{
    const handover::ImageCheck check = handover::check_image(call.image, reader_of(call));
    call.json ? print_json(check) : print(check);
    return check.problems.empty() ? exit_sound : exit_damaged;
}

} // namespace tkuev_export
