// SPDX-License-Identifier: Apache-2.0
// tkuev-export iso, release, burn - discs made, let go, and written.
#include "base/failure.h"
#include "handover/image.h"
#include "handover/tree.h"
#include "image_desk.h"
#include "li/layout.h"
#include "li/life.h"
#include "li/words.h"
#include "seal/digest.h"

#include <fmt/format.h>

#include <iostream>

namespace tkuev_export {

namespace {

using base::Remedy;

std::string digest_of(const std::string& file)
{
    return seal::hex(seal::sha256(handover::read_tree_file(file)));
}

// TKÜV § 16 (1), as far as it is ours.
audit::Entry entry_of(const std::string& act, const li::Measure& measure,
                      const std::string& destination)
{
    audit::Entry entry;
    entry.act = act;
    entry.reference = measure.reference;
    for (const li::Identity& identity : measure.identities)
        entry.identity += (entry.identity.empty() ? "" : ", ") + identity.entered;
    entry.begin = li::official(li::begin_of(measure));
    entry.end = li::official(li::ordered_end(measure));
    entry.destination = destination;
    entry.detail = "measure=" + li::hex(measure.handle);
    entry.test = measure.test;
    return entry;
}

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
            .content = takes_content(measure),
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
        order.recipient ? "encrypted for the authority" : "NOT ENCRYPTED", made.digest,
        order.signer.subject(), order.signer.fingerprint());
}

} // namespace

int iso(const ImageCall& call)
{
    const ImageDesk desk(call);
    const li::Measure measure = desk.find(call.measure);
    if (measure.iri.method != li::Method::cd && !takes_content(measure))
        throw base::Failure(Remedy::fix_data, "this measure is not delivered by disc");
    desk.perform(entry_of("iso-make", measure, call.output),
                 [&](const std::string& person) {
                     const auto order = order_of(desk, call, measure);
                     const auto made = handover::make_image(order);
                     if (desk.settings().second_person)
                         desk.prepared(made.digest, person);
                     print(order, made);
                     return fmt::format(" sha256={} files={} encrypted={}", made.digest,
                                        made.files, order.recipient ? "yes" : "no");
                 });
    if (desk.settings().second_person)
        std::cout << "somebody else must release it: tkuev-export release " << call.output
                  << '\n';
    return 0;
}

int release(const ImageCall& call)
{
    const ImageDesk desk(call);
    const std::string digest = digest_of(call.image);
    audit::Entry entry;
    entry.act = "iso-release";
    entry.destination = call.image;
    entry.detail = "sha256=" + digest;
    desk.perform(entry, [&](const std::string& person) {
        desk.release(digest, person);
        return std::string();
    });
    return 0;
}

int burn(const ImageCall& call)
{
    const ImageDesk desk(call);
    const std::string digest = digest_of(call.image);
    audit::Entry entry;
    entry.act = "iso-burn";
    entry.destination = call.drive;
    entry.detail = "sha256=" + digest;
    desk.perform(entry, [&](const std::string&) {
        if (desk.settings().second_person && !desk.released(digest))
            throw base::Failure(Remedy::get_permission,
                                call.image + ": nobody has released it");
        handover::burn_image(call.image, call.drive);
        return std::string();
    });
    std::cout << call.drive << ": written and read back\n";
    return 0;
}

} // namespace tkuev_export
