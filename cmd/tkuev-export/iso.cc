// SPDX-License-Identifier: Apache-2.0
// tkuev-export iso - makes the image of a disc.
#include "audit/measure_entry.h"
#include "base/failure.h"
#include "handover/disc_files.h"
#include "handover/discs.h"
#include "handover/file_parcels.h"
#include "handover/image.h"
#include "handover/ledger.h"
#include "image_desk.h"
#include "li/layout.h"

#include <fmt/format.h>

#include <algorithm>
#include <iostream>

namespace tkuev_export {

namespace {

using base::Remedy;

// Content goes onto a disc only if that is where the order has it go.
bool takes_content(const li::Measure& measure)
{
    const li::Destination& where = measure.cc ? *measure.cc : measure.iri;
    return measure.scope == li::Scope::iri_and_cc && where.method == li::Method::cd;
}

handover::ImageOrder order_of(const ImageDesk& desk, const ImageCall& call,
                              const li::Measure& measure)
{
    const std::string& state = desk.settings().state;
    return {.source = call.from,
            .files = {},
            .content = takes_content(measure),
            .national = handover::is_national(measure),
            .reference = measure.reference,
            .operator_id = measure.operator_id.empty() ? desk.settings().operator_id
                                                       : measure.operator_id,
            .time = image_time(),
            .recipient = call.clear ? std::nullopt : desk.certificate_of(measure),
            .signer = seal::Certificate::read(li::certificate_file(state)),
            .key = seal::PrivateKey::read(li::private_key_file(state)),
            .image = call.output};
}

void print(const handover::ImageOrder& order, const handover::ImageMade& made)
{
    std::cout << fmt::format(
        "{}: {} files, {}, SHA-256 {}\n"
        "signed by {} (SHA-256 {})\n",
        order.image, made.files,
        made.encrypted ? "encrypted for the authority" : "NOT ENCRYPTED", made.digest,
        order.signer.subject(), order.signer.fingerprint());
}

handover::ImageMade make(const ImageDesk& desk, const handover::ImageOrder& order,
                         const std::string& person, const handover::BeforeImage& before)
{
    auto made = handover::make_image(order, [&](const handover::ImageMade& whole) {
        desk.prepared(whole.digest, person);
        if (before)
            before(whole);
    });
    print(order, made);
    return made;
}

// The image that begins like that, of those that were not handed over.
std::string image_named(const ImageDesk& desk, const li::Measure& measure,
                        const std::string& digest)
{
    auto images = handover::open_images(desk.store(), measure.handle);
    std::erase_if(images, [&](const std::string& it) { return !it.starts_with(digest); });
    if (digest.size() < shortest_digest || images.size() != 1)
        throw base::Failure(
            Remedy::fix_data,
            "there is no such image of this measure, or it was handed over");
    return images.front();
}

// An image that was lost is made again only if somebody says so.
[[noreturn]] void fail_nothing_waits(const ImageDesk& desk, const li::Measure& measure)
{
    std::string why = "nothing waits for a disc";
    for (const std::string& image : handover::open_images(desk.store(), measure.handle))
        why += "; an image was not handed over: --again " + image;
    throw base::Failure(Remedy::fix_data, why);
}

// As many of the oldest as fit, but one at least.
handover::StoredFiles cut(handover::StoredFiles files, std::uint64_t megabytes)
{
    constexpr std::uint64_t million = 1'000'000;
    std::uint64_t octets = 0;
    for (std::size_t i = 0; megabytes > 0 && i < files.size(); ++i) {
        octets += files[i].size;
        if (octets > megabytes * million && i > 0)
            files.resize(i);
    }
    return files;
}

// What waits, or is on an image that is to be made again.
handover::StoredFiles meant(const ImageDesk& desk, const ImageCall& call,
                            const li::Measure& measure)
{
    if (call.again.empty())
        return handover::waiting_for_disc(desk.store(), measure.handle);
    const std::string image = image_named(desk, measure, call.again);
    return db::HandoverWork(desk.store()).on_image(image);
}

// What exportd has stored.
handover::ImageMade make_of_stored(const ImageDesk& desk, const ImageCall& call,
                                   const li::Measure& measure, const std::string& person)
{
    const handover::Places places = desk.places();
    const auto lock = handover::DiscLock::take(places);
    handover::sweep_discs(desk.store(), places);
    const handover::StoredFiles files = cut(meant(desk, call, measure), call.megabytes);
    if (files.empty())
        fail_nothing_waits(desk, measure);
    handover::ImageOrder order = order_of(desk, call, measure);
    order.source = handover::disc_directory(places, measure.handle);
    order.content = true; // it is stored because the order had it go by disc
    std::ranges::transform(files, std::back_inserter(order.files), [](const auto& file) {
        return handover::ImageFile{handover::disc_name(file.stream, file.name),
                                   file.digest};
    });
    auto made = make(desk, order, person, [&](const handover::ImageMade& whole) {
        const std::int64_t now = base::wall_microseconds();
        handover::put_on_image(desk.store(), files, whole.digest,
                               now + desk.settings().disc_seconds * li::second, now);
    });
    handover::write_ledgers(desk.store(), places.ledgers);
    return made;
}

} // namespace

int iso(const ImageCall& call)
{
    const ImageDesk desk(call);
    const li::Measure measure = desk.find(call.measure);
    const bool by_disc = measure.iri.method == li::Method::cd || takes_content(measure);
    if (!by_disc && (!call.from.empty() ||
                     db::HandoverWork(desk.store()).stored(measure.handle).empty()))
        throw base::Failure(Remedy::fix_data, "this measure is not delivered by disc");
    desk.perform(
        audit::entry_of("iso-make", measure, call.output), [&](const std::string& person) {
            const auto made = call.from.empty()
                                  ? make_of_stored(desk, call, measure, person)
                                  : make(desk, order_of(desk, call, measure), person, {});
            return fmt::format(" sha256={} files={} encrypted={}", made.digest, made.files,
                               made.encrypted ? "yes" : "no");
        });
    if (desk.settings().second_person)
        std::cout << "somebody else must release it: tkuev-export release " << call.output
                  << '\n';
    return 0;
}

} // namespace tkuev_export
