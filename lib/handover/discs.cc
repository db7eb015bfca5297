// SPDX-License-Identifier: Apache-2.0
#include "handover/discs.h"

#include "handover/disc_files.h"
#include "handover/file_parcels.h"
#include "handover/gaps.h"
#include "handover/ledger.h"
#include "handover/stored_contents.h"
#include "handover/tree.h"
#include "seal/digest.h"

#include <filesystem>
#include <set>

namespace handover {

namespace {

namespace fs = std::filesystem;

std::uint64_t content_of(const Loaded& loaded)
{
    std::uint64_t octets = 0;
    for (const db::HandoverItem& item : loaded.items)
        octets += item.content_size;
    return octets;
}

// Content first, then the word that it is gone: if we die in between, it is missed and
// becomes a gap all the same.
void destroy(Desk& desk, const db::StoredFile& file, std::int64_t now)
{
    destroy_file(disc_path(desk.places, file));
    const auto measure = desk.find(file.measure);
    const StoredContents lost = decode_contents(file.text);
    if (!lost.whole)
        desk.say("discs: not all is known of what was destroyed with " + file.name);
    db::HandoverWork work(desk.store);
    work.remove_stored(file.name);
    if (measure)
        for (const StoredContent& content : lost.known)
            add_gap(desk, work, *measure, content.event, content.cin,
                    "not handed over by disc in time", now,
                    is_national(*measure) ? file.name : std::string());
    work.commit();
}

// Whether something stored is; what waits longer than it may, waits so long from now.
bool is_overdue(Desk& desk, std::int64_t now)
{
    db::HandoverWork work(desk.store);
    work.limit_stored_deadlines(now + desk.tkuev.disc_seconds * li::second);
    const bool found = work.has_stored_overdue(now);
    work.commit();
    return found;
}

LedgerFields fields_of(const db::StoredFile& file)
{
    return {{"parcel", std::to_string(file.parcel)},
            {"name", file.name},
            {"octets", std::to_string(file.size)},
            {"sha256", file.digest}};
}

void note_receipts(db::HandoverWork& work, const StoredFiles& files, const std::string& by,
                   std::int64_t now)
{
    for (const db::StoredFile& file : files) {
        LedgerFields fields = fields_of(file);
        fields.emplace_back("peer", "disc");
        fields.emplace_back("by", by);
        note(work, file.measure, now, "receipt", fields);
        work.remove_stored(file.name);
    }
}

// It is only copied: nothing of it is here any more.
void note_copy(db::HandoverWork& work, const db::DiscImage& image, const std::string& by,
               std::int64_t now)
{
    note(work, image.measure, now, "image-copied",
         {{"image", image.digest}, {"files", std::to_string(image.files)}, {"by", by}});
}

// Its files are destroyed when this is on the disk.
void note_delivered(db::HandoverWork& work, db::DiscImage image, const StoredFiles& files,
                    const std::string& by, std::int64_t now)
{
    std::uint64_t octets = 0;
    for (const db::StoredFile& file : files)
        octets += file.size;
    note_receipts(work, files, by + ", image " + image.digest, now);
    const std::string count = std::to_string(files.size());
    note(work, image.measure, now, "image-delivered",
         {{"image", image.digest}, {"files", count}, {"by", by}});
    note(work, image.measure, now, "deletion",
         {{"image", image.digest}, {"files", count}, {"octets", std::to_string(octets)}});
    image.delivered = now;
    work.put(image);
}

} // namespace

void note_stored(Desk& desk, const Loaded& loaded, std::int64_t now)
{
    db::StoredFile file;
    file.name = loaded.row.name;
    file.measure = loaded.row.measure;
    file.stream = loaded.row.stream;
    file.parcel = loaded.row.id;
    file.size = loaded.octets.size();
    file.digest = seal::hex(seal::sha256(loaded.octets));
    if (file.stream == db::Stream::cc) {
        file.content = content_of(loaded);
        file.deadline = now + desk.tkuev.disc_seconds * li::second;
        file.text = encode_contents(loaded.items);
    }
    db::HandoverWork work(desk.store);
    note(work, file.measure, now, "stored", fields_of(file));
    work.add(file);
    if (file.stream == db::Stream::cc)
        note_recovery(desk, work, *loaded.measure, now);
    work.remove_parcel(loaded.row.id);
    work.commit();
}

void destroy_overdue_discs(Desk& desk, std::int64_t now)
{
    if (!is_overdue(desk, now))
        return;
    const auto lock = DiscLock::try_take(desk.places);
    if (!lock)
        return;
    const auto overdue = db::HandoverWork(desk.store).stored_overdue(now); // still
    for (const db::StoredFile& file : overdue)
        destroy(desk, file, now);
}

// The files first, then who is known: a file is written after its parcel is in the
// database, and stays known until it is to be destroyed.
void sweep_discs(db::Handover& store, const Places& places)
{
    if (!fs::exists(places.discs))
        return;
    const std::vector<std::string> files = list_tree(places.discs);
    const std::set<std::string> known = db::HandoverWork(store).file_names();
    for (const std::string& file : files) {
        std::string name = fs::path(file).filename();
        if (name.ends_with(unfinished))
            name.resize(name.size() - unfinished.size());
        if (!known.contains(name))
            destroy_file(places.discs + '/' + file);
    }
    remove_empty_directories(places.discs);
}

StoredFiles waiting_for_disc(db::Handover& store, const li::Handle& measure)
{
    StoredFiles files = db::HandoverWork(store).stored(measure);
    std::erase_if(files, [](const db::StoredFile& file) { return !file.image.empty(); });
    return files;
}

std::vector<std::string> open_images(db::Handover& store, const li::Handle& measure)
{
    std::set<std::string> images;
    const StoredFiles files = db::HandoverWork(store).stored(measure);
    for (const db::StoredFile& file : files)
        if (!file.image.empty())
            images.insert(file.image);
    return {images.begin(), images.end()};
}

void put_on_image(db::Handover& store, const StoredFiles& files, const std::string& digest,
                  std::int64_t deadline, std::int64_t now)
{
    const li::Handle& measure = files.at(0).measure;
    db::HandoverWork work(store);
    for (db::StoredFile file : files) {
        const std::string before = std::exchange(file.image, digest);
        if (file.stream == db::Stream::cc)
            file.deadline = deadline;
        work.change(file);
        LedgerFields fields{{"name", file.name}, {"image", digest}};
        if (!before.empty())
            fields.emplace_back("before", before);
        note(work, measure, now, "on-image", fields);
    }
    note(work, measure, now, "image",
         {{"image", digest}, {"files", std::to_string(files.size())}});
    work.put(db::DiscImage{.digest = digest,
                           .measure = measure,
                           .files = files.size(),
                           .made = now,
                           .delivered = 0});
    work.commit();
}

ImageState image_state(db::Handover& store, const std::string& digest)
{
    db::HandoverWork work(store);
    const auto image = work.image(digest);
    if (!image)
        return ImageState::unknown;
    if (image->delivered != 0)
        return ImageState::delivered;
    return work.on_image(digest).size() == image->files ? ImageState::current
                                                        : ImageState::stale;
}

void note_image_delivered(db::Handover& store, const Places& places,
                          const std::string& digest, const std::string& by,
                          std::int64_t now)
{
    StoredFiles files;
    {
        db::HandoverWork work(store);
        const auto image = work.image(digest);
        if (!image)
            return;
        if (image->delivered != 0) {
            note_copy(work, *image, by, now);
        } else {
            files = work.on_image(digest);
            note_delivered(work, *image, files, by, now);
        }
        work.commit();
    }
    // Dying here leaves files that nobody knows: swept.
    for (const db::StoredFile& file : files)
        destroy_file(disc_path(places, file));
}

} // namespace handover
