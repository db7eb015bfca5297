// SPDX-License-Identifier: Apache-2.0
// tkuev-export/image_desk.h - what acts on discs need: settings, measures, the audit log
// that hears of each act first, and who has released what.
#pragma once

#include "audit/client.h"
#include "conf/settings.h"
#include "db/handover.h"
#include "handover/desk.h"
#include "image_call.h"
#include "li/measure.h"
#include "perform.h"
#include "seal/keys.h"
#include "seal/vault.h"

#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace tkuev_export {

inline constexpr std::size_t digest_digits = 64;
inline constexpr std::size_t shortest_digest = 8; // digits that name an image

class ImageDesk {
public:
    explicit ImageDesk(const ImageCall& call);

    [[nodiscard]] const conf::Tkuev& settings() const { return settings_.tkuev; }
    [[nodiscard]] const conf::Settings& all_settings() const { return settings_; }
    // Failure(fix_data) unless it is exactly one.
    [[nodiscard]] li::Measure find(const std::string& handle) const;
    // The authority's, if it has one.
    [[nodiscard]] std::optional<seal::Certificate>
    certificate_of(const li::Measure& measure) const;

    [[nodiscard]] handover::Places places() const;
    // handover.db; opened when it is first needed.
    [[nodiscard]] db::Handover& store() const;

    void perform(audit::Entry entry, const Effect& effect) const
    {
        tkuev_export::perform(audit_, std::move(entry), effect);
    }

    // Who made an image, and with [tkuev] second-person who released it: not the same.
    // Which image it is, its digest tells.  Locked by the vault: no other program can have
    // written it.
    void prepared(const std::string& digest, const std::string& person) const;
    [[nodiscard]] bool is_made_here(const std::string& digest) const
    {
        return !approval(digest).empty();
    }
    // The digest of the one image made here that begins with these digits.
    [[nodiscard]] std::string made_here(const std::string& digits) const;
    void release(const std::string& digest, const std::string& person) const;
    [[nodiscard]] bool released(const std::string& digest) const;

private:
    [[nodiscard]] std::string approval_file(const std::string& digest) const;
    [[nodiscard]] std::string approval(const std::string& digest) const;

    conf::Settings settings_;
    audit::Client audit_;
    seal::Vault vault_;
    mutable std::unique_ptr<db::Handover> store_;
};

// "iri", "cc".
[[nodiscard]] std::string_view name_of(db::Stream stream);

// Seconds since 1970: now, or what SOURCE_DATE_EPOCH says, for images that come out the
// same.
[[nodiscard]] std::int64_t image_time();

} // namespace tkuev_export
