// SPDX-License-Identifier: Apache-2.0
// handover/image_check.cc - is a disc what was made?
#include "base/failure.h"
#include "base/file.h"
#include "handover/disc_index.h"
#include "handover/image.h"
#include "handover/manifest.h"
#include "handover/pdu_files.h"
#include "handover/tree.h"
#include "handover/xorriso.h"
#include "seal/digest.h"
#include "seal/envelope.h"

#include <algorithm>
#include <filesystem>

namespace handover {

namespace {

namespace fs = std::filesystem;

class Check {
public:
    Check(std::string root, const ImageReader& reader)
        : root_(std::move(root)), reader_(reader)
    {
    }
    [[nodiscard]] ImageCheck run();

private:
    void complain(std::string problem) { out_.problems.push_back(std::move(problem)); }
    // Nothing: it is not there, and that is a problem.
    [[nodiscard]] std::optional<std::string> read(const std::string& name);
    void check_signature(const std::string& manifest);
    void check_files(const Manifest& manifest);
    void check_index(const Manifest& manifest);
    void check_data(const Manifest& manifest);
    [[nodiscard]] std::optional<std::string> opened(const std::string& name);
    void check_opened();

    std::string root_;
    const ImageReader& reader_;
    std::size_t opened_ = 0;   // files that were encrypted
    std::size_t unopened_ = 0; // although there was a key
    ImageCheck out_;
    std::optional<seal::Certificate> signer_; // of the manifest
};

bool is_data(const std::string& name)
{
    return name.starts_with(disc::events) || name.starts_with(disc::contents);
}

std::optional<std::string> Check::read(const std::string& name)
{
    if (!fs::exists(root_ + '/' + name)) {
        complain(name + ": missing");
        return std::nullopt;
    }
    return base::read_file(root_ + '/' + name, base::Remedy::supply_input);
}

void Check::check_signature(const std::string& manifest)
{
    const auto signature = read(disc::signature);
    const auto own = read(disc::certificate);
    if (!signature || !own)
        return;
    try {
        const auto signer = reader_.signer
                                ? *reader_.signer
                                : seal::Certificate::parse(*own, "BETREIBER.pem");
        out_.signer = signer.subject();
        out_.fingerprint = signer.fingerprint();
        const auto sound = seal::verify(manifest, *signature, signer);
        if (!sound)
            complain("signature: " + sound.error());
        signer_ = signer;
        out_.is_signed = sound.has_value();
        out_.trusted = out_.is_signed && reader_.signer.has_value();
    } catch (const base::Failure& failure) {
        complain(failure.what());
    }
}

void Check::check_files(const Manifest& manifest)
{
    for (const std::string& name : list_tree(root_))
        if (!manifest.contains(name) && name != disc::manifest && name != disc::signature)
            complain(name + ": not in the manifest");
    for (const auto& [name, digest] : manifest) {
        const auto octets = read(name);
        if (octets && seal::hex(seal::sha256(*octets)) != digest)
            complain(name + ": changed");
        if (octets && is_data(name))
            ++out_.files;
    }
}

// As the authority reads it; nothing if it cannot be.
std::optional<std::string> Check::opened(const std::string& name)
{
    auto octets = read(name);
    if (!octets || !name.ends_with(disc::sealed))
        return octets;
    if (!reader_.recipient || !reader_.key) {
        out_.encrypted = true;
        return std::nullopt;
    }
    auto clear = seal::open(*octets, *reader_.recipient, *reader_.key);
    if (clear) {
        ++opened_;
        return std::move(*clear);
    }
    ++unopened_;
    complain(name + ": " + clear.error());
    return std::nullopt;
}

// What was damaged on its way is seldom all of it.
void Check::check_opened()
{
    if (unopened_ > 0 && opened_ == 0)
        complain("no file can be decrypted: the disc may be encrypted for another "
                 "certificate than " +
                 reader_.recipient->subject());
}

void Check::check_data(const Manifest& manifest)
{
    Manifest data;
    bool xml = manifest.contains(disc::index); // the documents may be elsewhere
    for (const auto& [name, digest] : manifest) {
        if (!is_data(name))
            continue;
        if (auto octets = opened(name)) {
            xml = xml || (name.starts_with(disc::events) && octets->starts_with("<?xml"));
            data[name] = std::move(*octets);
        }
    }
    check_opened();
    if (xml) // and content beside it is mail
        return;
    PduFiles pdus(signer_);
    for (const auto& [name, octets] : data)
        pdus.add(name, octets);
    const PduFiles::Report report = pdus.report();
    out_.problems.insert(out_.problems.end(), report.problems.begin(),
                         report.problems.end());
    out_.pdus = report.pdus;
    out_.hashes = report.hashes;
    out_.signatures = report.signatures;
}

// What the index names is on the disc; a document may be elsewhere.
void Check::check_index(const Manifest& manifest)
{
    if (!manifest.contains(disc::index))
        return;
    const auto text = read(disc::index);
    for (const auto& [content, document] : read_disc_index(text.value_or("")))
        for (const std::string& name : {content, document})
            if (!name.empty() && !manifest.contains(name))
                complain(std::string(disc::index) + ": " + name + ": not on the disc");
}

ImageCheck Check::run()
{
    const auto text = read(disc::manifest);
    if (!text)
        return out_;
    check_signature(*text);
    const auto manifest = parse_manifest(*text);
    if (!manifest) {
        complain(std::string(disc::manifest) + ": " + manifest.error());
        return out_;
    }
    check_files(*manifest);
    check_index(*manifest);
    check_data(*manifest);
    return out_;
}

} // namespace

ImageCheck check_image(const std::string& where, const ImageReader& reader)
{
    if (fs::is_directory(where))
        return Check(where, reader).run();
    constexpr std::string_view drive = "stdio:";
    const bool is_drive = where.starts_with(drive);
    if (!fs::exists(is_drive ? where.substr(drive.size()) : where))
        throw base::Failure(base::Remedy::supply_input, where + ": not there");
    const WorkDirectory work(std::filesystem::temp_directory_path() / "check");
    const std::string tree = work.path() + "/tree";
    fs::create_directory(tree);
    extract_image(where, tree);
    return Check(tree, reader).run();
}

} // namespace handover
