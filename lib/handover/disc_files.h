// SPDX-License-Identifier: Apache-2.0
// handover/disc_files.h - where files lie that wait for a disc.
//
//     discs/HANDLE/IRI/NAME   events
//     discs/HANDLE/CC/NAME    contents
//     discs.lock              held by who puts files on images or destroys them
//
// Below [tkuev] state; mode 0700 and 0600, the lock as those of databases.  Names are those
// of method B.
#pragma once

#include "base/clock.h"
#include "db/handover.h"
#include "db/ticket.h"
#include "handover/desk.h"

#include <optional>
#include <string>
#include <string_view>

namespace handover {

inline constexpr std::string_view unfinished = ".tmp"; // a file that is being written

// "IRI/NAME", as on the disc.
[[nodiscard]] std::string disc_name(db::Stream stream, const std::string& name);
[[nodiscard]] std::string disc_directory(const Places& places, const li::Handle& measure);
[[nodiscard]] std::string disc_path(const Places& places, const db::StoredFile& file);

// One at a time puts files on images, notes that these were handed over, or destroys files.
// Who writes new ones does not need it.
class DiscLock {
public:
    // Nothing: somebody else has it.
    [[nodiscard]] static std::optional<DiscLock> try_take(const Places& places);
    // Throws base::Failure(try_later) if it is not free soon.
    [[nodiscard]] static DiscLock take(const Places& places);

private:
    explicit DiscLock(db::Ticket ticket) : ticket_(std::move(ticket)) {}
    [[nodiscard]] static std::optional<DiscLock> within(const Places& places,
                                                        base::milliseconds patience);
    db::Ticket ticket_;
};

} // namespace handover
