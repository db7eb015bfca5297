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

// It goes to a server as a file.
[[nodiscard]] bool is_file(const li::Destination& where);
// Its events are XML, its contents messages.
[[nodiscard]] bool is_national(const li::Measure& measure);
[[nodiscard]] const li::Destination& destination_of(const li::Measure& measure,
                                                    db::Stream stream);

// The next name by method B, never given before; part of a transaction of the caller's.
// Throws base::Failure(fix_config) without a sound [tkuev] file-prefix.
[[nodiscard]] std::string next_name(const Desk& desk, db::HandoverWork& work,
                                    Contents contents, std::int64_t now);

// mapping.ini in [tkuev] state, else the provisional one.  Throws
// base::Failure(fix_config).
[[nodiscard]] Mapping read_mapping(const Desk& desk);
[[nodiscard]] std::string national_document(const Desk& desk, const li::Measure& measure,
                                            std::span<const db::HandoverItem> items);

} // namespace handover
