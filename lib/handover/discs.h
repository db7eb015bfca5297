// SPDX-License-Identifier: Apache-2.0
// handover/discs.h - what is delivered by disc: stored, put on an image, handed over.
//
//     parcel  file  row of `stored`  what it is                     after a crash
//     yes     no    no               owed                           written
//     yes     yes   no               written                        found, noted as stored
//     no      yes   no image         stored: waits for a disc       -
//     no      yes   image            on an image that was not       the image can be made
//                                    handed over                    again
//     no      yes   no               handed over or destroyed       swept
//     no      no    yes              being destroyed                noted as a gap
//
// An image is in the database before it has its name: a file on two images is never taken
// for new.  That content waits here is no buffer of TKÜV § 10, since a disc is what was
// ordered; but it does not wait for ever: [tkuev] disc-bytes, disc-seconds.
//
// Nothing here asks or tells anybody: who may do it, and its audit, is the caller's.
#pragma once

#include "handover/desk.h"
#include "handover/parcels.h"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace handover {

// The parcel is on our disk now: nothing of it is owed to this courier any more.
void note_stored(Desk& desk, const Loaded& loaded, std::int64_t now);

// Destroys content that has waited for its disc too long, with a gap for each.  Not while
// somebody puts files on an image.
void destroy_overdue_discs(Desk& desk, std::int64_t now);

// Destroys files that nobody knows: a crash has left them when they should have gone.
// Directories without files go, too.  Who calls holds the DiscLock.
void sweep_discs(db::Handover& store, const Places& places);

using StoredFiles = std::vector<db::StoredFile>;

// What waits for a disc.
[[nodiscard]] StoredFiles waiting_for_disc(db::Handover& store, const li::Handle& measure);
// Images of the measure that were not handed over, by their digests.
[[nodiscard]] std::vector<std::string> open_images(db::Handover& store,
                                                   const li::Handle& measure);

// They are on the image of this digest now, and on no other; content waits anew, until
// `deadline`.
void put_on_image(db::Handover& store, const StoredFiles& files, const std::string& digest,
                  std::int64_t deadline, std::int64_t now);

enum class ImageState : std::uint8_t {
    unknown,   // made of a directory, or elsewhere
    current,   // made here, its files are on no other
    stale,     // some of its files are on another image, or were destroyed
    delivered, // handed over before
};
[[nodiscard]] ImageState image_state(db::Handover& store, const std::string& digest);

// Its files were handed over, by what we know, and are destroyed.  Of an image that was
// handed over before: a copy is noted.  Nothing to do for one that is unknown.
void note_image_delivered(db::Handover& store, const Places& places,
                          const std::string& digest, const std::string& by,
                          std::int64_t now);

} // namespace handover
