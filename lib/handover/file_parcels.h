// SPDX-License-Identifier: Apache-2.0
// handover/file_parcels.h - parcels that become files: their names, and what is in them
// where an authority reads XML instead of PDUs.
#pragma once

#include "handover/courier.h"
#include "handover/desk.h"
#include "handover/national.h"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace handover {

// It goes as a file: to a server, or onto a disc.
[[nodiscard]] bool is_file(const li::Destination& where);
[[nodiscard]] bool is_uploaded(const li::Destination& where);
[[nodiscard]] bool is_on_disc(const li::Destination& where);
// Its events are XML, its contents messages.
[[nodiscard]] bool is_national(const li::Measure& measure);
[[nodiscard]] const li::Destination& destination_of(const li::Measure& measure,
                                                    db::Stream stream);

// The next name by method B, never given before; part of a transaction of the caller's.
// Throws base::Failure(fix_config) without a sound [tkuev] file-prefix.
[[nodiscard]] std::string next_name(const Desk& desk, db::HandoverWork& work,
                                    Contents contents, std::int64_t now);

// Of a content that is a file of its own, so that the document of its event can name it;
// empty for others.
[[nodiscard]] std::string content_name(const Desk& desk, db::HandoverWork& work,
                                       const li::Measure& measure, const li::Event& event,
                                       std::int64_t now);

// mapping.ini in [tkuev] state, else the provisional one.  Throws
// base::Failure(fix_config).
[[nodiscard]] Mapping read_mapping(const Desk& desk);
// What the files of this measure need is there.  Throws base::Failure(fix_config).
void check_files(const Desk& desk, const li::Measure& measure);
[[nodiscard]] std::string national_document(const Desk& desk, const li::Measure& measure,
                                            std::span<const db::HandoverItem> items);

} // namespace handover
