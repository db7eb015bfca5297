// SPDX-License-Identifier: Apache-2.0
#include "image_desk.h"

#include "base/clock.h"
#include "base/failure.h"
#include "base/file.h"
#include "db/measures.h"
#include "li/layout.h"
#include "li/words.h"
#include "seal/digest.h"

#include <charconv>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <vector>

namespace tkuev_export {

namespace {

using base::Remedy;

constexpr mode_t private_mode = 0600;
constexpr std::size_t shortest_handle = 4; // digits that name a measure
constexpr std::string_view prepared_word = "prepared ";
constexpr std::string_view released_word = "released ";

// Tells persons apart and names none.
std::string mark_of(const std::string& person, const std::string& digest)
{
    return seal::hex(seal::sha256("image/" + digest + "/" + person));
}

} // namespace

ImageDesk::ImageDesk(const ImageCall& call)
    : settings_(conf::read_trusted_settings(call.config)),
      audit_(settings_.tkuev.audit_socket),
      vault_(li::vault_key_file(settings_.tkuev.state))
{
}

li::Measure ImageDesk::find(const std::string& handle) const
{
    db::Measures measures(li::measures_file(settings().state), vault_);
    std::optional<li::Measure> found;
    for (db::StoredMeasure& stored : measures.all()) {
        if (handle.size() < shortest_handle ||
            !li::hex(stored.measure.handle).starts_with(handle))
            continue;
        if (found)
            throw base::Failure(Remedy::fix_data, "several measures begin like that");
        found = std::move(stored.measure);
    }
    if (!found)
        throw base::Failure(Remedy::fix_data, "there is no such measure");
    return *std::move(found);
}

std::optional<seal::Certificate> ImageDesk::certificate_of(const li::Measure& measure) const
{
    db::Measures measures(li::measures_file(settings().state), vault_);
    for (const li::Authority& authority : measures.authorities())
        if (authority.name == measure.authority && !authority.certificate.empty())
            return seal::Certificate::parse(authority.certificate, authority.name);
    return std::nullopt;
}

handover::Places ImageDesk::places() const
{
    return handover::places_of(settings());
}

db::Handover& ImageDesk::store() const
{
    if (!store_)
        store_ = std::make_unique<db::Handover>(places().store, vault_);
    return *store_;
}

std::string ImageDesk::approval_file(const std::string& digest) const
{
    return settings().state + "/image-" + digest;
}

std::string ImageDesk::made_here(const std::string& digits) const
{
    constexpr std::string_view mark = "image-";
    std::vector<std::string> images;
    for (const auto& entry : std::filesystem::directory_iterator(settings().state)) {
        const std::string name = entry.path().filename();
        const bool whole = name.size() == mark.size() + digest_digits; // no "image-X.new"
        if (whole && name.starts_with(std::string(mark) + digits))
            images.push_back(name.substr(mark.size()));
    }
    if (images.empty())
        throw base::Failure(
            Remedy::supply_input,
            digits + ": no file is called so, and no image made here begins like that");
    if (images.size() > 1)
        throw base::Failure(Remedy::fix_data, "several images begin like that");
    return images.front();
}

std::string ImageDesk::approval(const std::string& digest) const
{
    const std::string locked = base::read_file_if_there(approval_file(digest));
    if (locked.empty())
        return "";
    const auto text = vault_.unlock(locked, "image/" + digest);
    if (!text)
        throw base::Failure(Remedy::fix_data, approval_file(digest) + ": " + text.error());
    return *text;
}

void ImageDesk::prepared(const std::string& digest, const std::string& person) const
{
    base::make_file(approval_file(digest),
                    vault_.lock(std::string(prepared_word) + mark_of(person, digest),
                                "image/" + digest),
                    private_mode);
}

void ImageDesk::release(const std::string& digest, const std::string& person) const
{
    const std::string before = approval(digest);
    if (before.starts_with(released_word))
        throw base::Failure(Remedy::fix_data, "this image has been released already");
    if (before == std::string(prepared_word) + mark_of(person, digest))
        throw base::Failure(Remedy::get_permission,
                            "somebody else than who made the image must release it");
    base::replace_file(approval_file(digest),
                       vault_.lock(std::string(released_word) + mark_of(person, digest),
                                   "image/" + digest),
                       private_mode);
}

bool ImageDesk::released(const std::string& digest) const
{
    return approval(digest).starts_with(released_word);
}

std::string_view name_of(db::Stream stream)
{
    return stream == db::Stream::iri ? "iri" : "cc";
}

std::int64_t image_time()
{
    const char* const wish = std::getenv("SOURCE_DATE_EPOCH");
    if (wish == nullptr)
        return base::wall_seconds();
    std::int64_t seconds = 0;
    const auto [end, error] = std::from_chars(wish, wish + std::strlen(wish), seconds);
    if (error != std::errc() || *end != '\0' || seconds < 0)
        throw base::Failure(Remedy::fix_arguments, "SOURCE_DATE_EPOCH: not a time");
    return seconds;
}

} // namespace tkuev_export
