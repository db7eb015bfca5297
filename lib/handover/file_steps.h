// SPDX-License-Identifier: Apache-2.0
// handover/file_steps.h - a file's way onto one host; see file_courier.h.
#pragma once

#include "handover/courier.h"
#include "handover/remote.h"

#include <cstdint>
#include <optional>
#include <string_view>

namespace handover {

// How often a server may lose the data connection of the same file before it counts as
// busy: vsftpd answers 426 to some files that it has whole.
inline constexpr int upload_attempts = 3;

struct PutResult {
    Outcome outcome;         // its peer is left to the caller
    bool in_doubt = false;   // the host may have the file under its name
    bool name_taken = false; // by something else
};

// All steps, from whatever is there.
[[nodiscard]] PutResult put_file(Remote& remote, const Parcel& parcel, const Watch& watch);

// Nothing: it does not say.
[[nodiscard]] std::optional<Found> look_for(Remote& remote, std::string_view name,
                                            std::uint64_t size);

[[nodiscard]] Outcome::Result result_of(const Trouble& trouble);

} // namespace handover
