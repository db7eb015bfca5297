// SPDX-License-Identifier: Apache-2.0
#include "handover/image_source.h"

#include "etsi/der_reader.h"
#include "etsi/received.h"
#include "handover/file_name.h"
#include "handover/image.h"
#include "text/lines.h"

#include <fmt/format.h>

namespace handover {

namespace {

std::string fault_of_pdu(std::string_view octets, std::string_view reference)
{
    const auto pdu = etsi::read_pdu(octets, etsi::Rules::der);
    if (!pdu)
        return pdu.error().text();
    if (pdu->header.liid != reference)
        return "of another measure: " + text::printable(pdu->header.liid);
    return {};
}

std::string fault_of_pdus(std::string_view octets, std::string_view reference)
{
    if (octets.empty())
        return "is empty";
    for (std::size_t number = 0; !octets.empty(); ++number) {
        const auto size = etsi::pdu_size(octets, etsi::Rules::der, etsi::most_element);
        if (!size)
            return fmt::format("PDU {}: {}", number, describe(size.error()));
        if (*size == 0 || *size > octets.size())
            return fmt::format("PDU {}: cut off", number);
        if (const std::string fault = fault_of_pdu(octets.substr(0, *size), reference);
            !fault.empty())
            return fmt::format("PDU {}: {}", number, fault);
        octets.remove_prefix(*size);
    }
    return {};
}

// Names of events may stand for both, names of contents for nothing else.
bool suits(FileType type, bool content)
{
    const bool content_alone = type == FileType::from_target ||
                               type == FileType::to_target || type == FileType::content;
    return content ? type != FileType::iri : !content_alone;
}

bool is_document(std::string_view octets)
{
    const auto end = octets.find_last_not_of("\r\n\t ");
    return octets.starts_with("<?xml") && octets[end] == '>' && text::is_utf8(octets);
}

} // namespace

std::string fault_of(const WantedFile& file, std::string_view reference, bool national)
{
    const bool content = file.name.starts_with(disc::contents);
    const std::string_view name = file.name.substr(file.name.rfind('/') + 1);
    const auto parsed = parse_file_name(name);
    if (!parsed)
        return "its name is not one of method B";
    if (!suits(parsed->type, content))
        return "its name is of the other directory's kind";
    if (!national)
        return fault_of_pdus(file.octets, reference);
    if (file.octets.empty())
        return "is empty";
    return content || is_document(file.octets) ? "" : "is no document in XML";
}

} // namespace handover
