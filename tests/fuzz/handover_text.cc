// SPDX-License-Identifier: Apache-2.0
// Texts that the hand-over reads: names of files, manifests of discs, mappings; and content
// that loses its dots.  The first octet says which.
#include "handover/content_file.h"
#include "handover/file_name.h"
#include "handover/manifest.h"
#include "handover/national.h"

#include <cstdlib>

namespace {

void check(bool fine)
{
    if (!fine)
        std::abort();
}

void read_name(std::string_view text)
{
    const auto name = handover::parse_file_name(text);
    check(!name || handover::to_text(*name) == text);
    const auto next = handover::next_file_name("TEST", text, 1'786'950'307'000'000,
                                               handover::FileType::iri);
    check(!next || text.empty() || next->substr(4, 16) > text.substr(4, 16));
}

void read_manifest(std::string_view text)
{
    const auto manifest = handover::parse_manifest(text);
    check(!manifest || handover::to_text(*manifest).size() == text.size());
}

void read_mapping(std::string_view text)
{
    const auto mapping = handover::Mapping::parse(text);
    if (!mapping)
        return;
    const handover::NationalRecord record;
    check(!mapping->document({&record, 1}).empty());
    check(!mapping->schema().empty());
}

void read_content(std::string_view text)
{
    li::Event event;
    event.protocol = li::Protocol::pop3;
    check(handover::message_of(event, text).size() <= text.size());
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    if (size == 0)
        return 0;
    const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
    constexpr void (*readers[])(std::string_view) = {read_name, read_manifest, read_mapping,
                                                     read_content};
    readers[data[0] % std::size(readers)](text);
    return 0;
}
