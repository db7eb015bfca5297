// SPDX-License-Identifier: Apache-2.0
// tkuev-export release, burn, handed-over - discs let go, written, and gone.
#include "base/failure.h"
#include "handover/disc_files.h"
#include "handover/discs.h"
#include "handover/image.h"
#include "handover/ledger.h"
#include "image_desk.h"

#include <filesystem>
#include <iostream>

namespace tkuev_export {

namespace {

using base::Remedy;

bool begins_digest(const std::string& text)
{
    return text.size() >= shortest_digest && text.size() <= digest_digits &&
           text.find_first_not_of("0123456789abcdef") == std::string::npos;
}

// Of the file; if none is called so, of the image made here whose digest begins like that.
std::string digest_meant(const ImageDesk& desk, const std::string& image)
{
    if (!begins_digest(image))
        return handover::image_digest(image);
    if (image.size() == digest_digits)
        return image;
    std::error_code ignored; // what cannot be looked at cannot be read either
    return std::filesystem::exists(image, ignored) ? handover::image_digest(image)
                                                   : desk.made_here(image);
}

audit::Entry image_entry(const std::string& act, const std::string& destination,
                         const std::string& digest)
{
    audit::Entry entry;
    entry.act = act;
    entry.destination = destination;
    entry.detail = "sha256=" + digest;
    return entry;
}

// Where it lies now.  A name can be turned to another image after it was noted, or while we
// have waited for the lock.
std::string image_itself(const std::string& name, const std::string& digest)
{
    std::error_code error;
    const auto file = std::filesystem::canonical(name, error);
    if (error || handover::image_digest(file) != digest)
        throw base::Failure(Remedy::check_disk, name + ": has changed meanwhile");
    return file;
}

void must_be_ours(const ImageDesk& desk, const std::string& digest)
{
    if (!desk.is_made_here(digest))
        throw base::Failure(Remedy::fix_data, "this image was not made here");
}

void must_be_released(const ImageDesk& desk, const std::string& digest,
                      const std::string& image)
{
    if (desk.settings().second_person && !desk.released(digest))
        throw base::Failure(Remedy::get_permission, image + ": nobody has released it");
}

// Alone with the discs, and without what a crash has left of those that are gone.
handover::DiscLock swept(const ImageDesk& desk)
{
    auto lock = handover::DiscLock::take(desk.places());
    handover::sweep_discs(desk.store(), desk.places());
    return lock;
}

// Nothing goes onto two discs unless asked for.
void must_be_current(handover::ImageState state, bool copy)
{
    using enum handover::ImageState;
    if (state == stale)
        throw base::Failure(Remedy::fix_data, "files of this image are on another one or "
                                              "were destroyed: make it again");
    if (state == delivered && !copy)
        throw base::Failure(Remedy::fix_data, "this image was handed over already");
}

void note_delivered(const ImageDesk& desk, const std::string& digest, const std::string& by)
{
    const handover::Places places = desk.places();
    handover::note_image_delivered(desk.store(), places, digest, by,
                                   base::wall_microseconds());
    handover::write_ledgers(desk.store(), places.ledgers);
}

} // namespace

int release(const ImageCall& call)
{
    const ImageDesk desk(call);
    const std::string digest = handover::image_digest(call.image);
    desk.perform(image_entry("iso-release", call.image, digest),
                 [&](const std::string& person) {
                     must_be_ours(desk, digest);
                     desk.release(digest, person);
                     return std::string();
                 });
    return 0;
}

int burn(const ImageCall& call)
{
    const ImageDesk desk(call);
    const std::string digest = handover::image_digest(call.image);
    desk.perform(image_entry("iso-burn", call.drive, digest), [&](const std::string&) {
        const auto lock = swept(desk);
        const auto state = handover::image_state(desk.store(), digest);
        if (state == handover::ImageState::unknown) // made of a directory, or elsewhere
            must_be_ours(desk, digest);
        must_be_released(desk, digest, call.image);
        must_be_current(state, call.copy);
        handover::burn_image(image_itself(call.image, digest), digest, call.drive);
        note_delivered(desk, digest, "burned and read back");
        return std::string();
    });
    std::cout << call.drive << ": written and read back\n";
    return 0;
}

int handed_over(const ImageCall& call)
{
    const ImageDesk desk(call);
    const std::string digest = digest_meant(desk, call.image);
    desk.perform(image_entry("iso-handed-over", call.image, digest),
                 [&](const std::string&) {
                     const auto lock = swept(desk);
                     const auto state = handover::image_state(desk.store(), digest);
                     if (state == handover::ImageState::unknown)
                         throw base::Failure(Remedy::fix_data,
                                             "this image was not made of what is stored");
                     must_be_released(desk, digest, call.image);
                     must_be_current(state, false);
                     note_delivered(desk, digest, "handed over");
                     return std::string();
                 });
    return 0;
}

} // namespace tkuev_export
