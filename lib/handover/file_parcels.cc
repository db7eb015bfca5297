// SPDX-License-Identifier: Apache-2.0
#include "handover/file_parcels.h"

#include "base/failure.h"
#include "handover/file_name.h"
#include "seal/secret_file.h"

#include <unistd.h>

namespace handover {

namespace {

constexpr std::string_view last_name = "file/last";

FileType type_of(Contents contents)
{
    switch (contents) {
    case Contents::events:
        return FileType::iri;
    case Contents::content_from:
        return FileType::from_target;
    case Contents::content_to:
        return FileType::to_target;
    case Contents::content_both:
        return FileType::content;
    case Contents::events_and_content:
        return FileType::iri_and_content;
    }
    return FileType::national;
}

const std::string& chosen(const std::string& own, const std::string& otherwise)
{
    return own.empty() ? otherwise : own;
}

[[noreturn]] void miss_prefix()
{
    throw base::Failure(base::Remedy::fix_config,
                        "[tkuev] file-prefix: needed for names of files");
}

} // namespace

bool is_file(const li::Destination& where)
{
    return is_uploaded(where) || is_on_disc(where);
}

bool is_on_disc(const li::Destination& where)
{
    return where.method == li::Method::cd;
}

bool is_uploaded(const li::Destination& where)
{
    return where.method == li::Method::ftp || where.method == li::Method::ftps ||
           where.method == li::Method::sftp;
}

bool is_national(const li::Measure& measure)
{
    return measure.profile == li::Profile::de_xml_ftp;
}

const li::Destination& destination_of(const li::Measure& measure, db::Stream stream)
{
    return stream == db::Stream::cc && measure.cc ? *measure.cc : measure.iri;
}

std::string next_name(const Desk& desk, db::HandoverWork& work, Contents contents,
                      std::int64_t now)
{
    const std::string last = work.fact(last_name);
    auto name = next_file_name(desk.tkuev.file_prefix, last, now, type_of(contents));
    if (!name)
        miss_prefix();
    work.put_fact(last_name, *name);
    return *std::move(name);
}

std::string content_name(const Desk& desk, db::HandoverWork& work,
                         const li::Measure& measure, const li::Event& event,
                         std::int64_t now)
{
    if (!is_national(measure) || !is_file(destination_of(measure, db::Stream::cc)))
        return {};
    const bool from = event.direction == li::Direction::from_target;
    return next_name(desk, work, from ? Contents::content_from : Contents::content_to, now);
}

void check_files(const Desk& desk, const li::Measure& measure)
{
    if (is_national(measure))
        (void)read_mapping(desk);
    const bool named = is_file(destination_of(measure, db::Stream::iri)) ||
                       is_file(destination_of(measure, db::Stream::cc));
    if (named && desk.tkuev.file_prefix.empty())
        miss_prefix();
}

Mapping read_mapping(const Desk& desk)
{
    std::string file = desk.tkuev.state + "/mapping.ini";
    if (::access(file.c_str(), F_OK) != 0)
        file = SPONTS_PREFIX "/share/sponts/tkuev/de-provisional.ini";
    auto mapping = Mapping::parse(seal::read_public_file(file));
    if (!mapping)
        throw base::Failure(base::Remedy::fix_config, file + ": " + mapping.error());
    return *std::move(mapping);
}

std::string national_document(const Desk& desk, const li::Measure& measure,
                              std::span<const db::HandoverItem> items)
{
    std::vector<NationalRecord> records;
    for (const db::HandoverItem& item : items) {
        NationalRecord record;
        record.event = li::decode(item.text).value_or(li::Event{});
        record.reference = measure.reference;
        record.correlation = item.cin;
        record.sequence = item.number;
        record.operator_id = chosen(measure.operator_id, desk.sender.operator_id);
        record.network_element =
            chosen(measure.network_element, desk.sender.network_element);
        record.country = chosen(measure.country_delivery, desk.sender.country);
        record.content_file = item.name;
        record.test = measure.test;
        records.push_back(std::move(record));
    }
    return read_mapping(desk).document(records);
}

} // namespace handover
