// SPDX-License-Identifier: Apache-2.0
// tkuev-audit/persons.cc - see the header.
#include "persons.h"

#include "base/file.h"
#include "base/wipe.h"
#include "seal/envelope.h"
#include "text/base64.h"

#include <filesystem>
#include <unistd.h>

namespace tkuev_audit {

namespace {

seal::PrivateKey read_key(const std::string& file)
{
    if (file != "-")
        return seal::PrivateKey::read(file);
    std::string text = base::read_all(STDIN_FILENO, "standard input");
    const base::Wiped wiped(text);
    return seal::PrivateKey::parse(text, "standard input");
}

} // namespace

Persons::Persons(const audit::Places& places, const std::string& key)
{
    if (key.empty())
        return;
    key_ = read_key(key);
    for (const auto& entry : std::filesystem::directory_iterator(places.directory)) {
        const std::string name = entry.path().filename().string();
        if (name.starts_with("reviewer") && name.ends_with(".crt"))
            certificates_.push_back(seal::Certificate::read(entry.path().string()));
    }
}

std::string Persons::of(const audit::Record& record) const
{
    const auto box = text::from_base64(record.get("person"));
    if (!key_ || !box || box->empty())
        return "";
    for (const seal::Certificate& certificate : certificates_) {
        auto name = seal::open(*box, certificate, *key_);
        if (!name)
            continue;
        name->resize(name->find_last_not_of(' ') + 1);
        return *name;
    }
    return "?";
}

} // namespace tkuev_audit
