// SPDX-License-Identifier: Apache-2.0
// etsi/received.cc - the header and the kinds of payload, read back.
#include "etsi/received.h"

#include "etsi/received_parts.h"

namespace etsi {

namespace {

using parts::number;
using parts::text;

std::unexpected<Fault> fault(std::string_view field, std::string_view problem)
{
    return std::unexpected(Fault{field, problem});
}

std::optional<unsigned> version_of(std::string_view oid)
{
    const auto arcs = oid_arcs(oid);
    const std::vector<std::uint32_t> domain = {4, 0, 2, 2, 5, 1};
    if (!arcs || arcs->size() != domain.size() + 1 ||
        !std::equal(domain.begin(), domain.end(), arcs->begin()))
        return std::nullopt;
    return arcs->back();
}

bool read_communication(std::string_view content, Rules rules, PsHeader& header)
{
    Reader fields(content, rules);
    const auto network = fields.find_group(0);
    if (!network)
        return false;
    if (const auto cin = fields.find_field(1)) {
        header.cin = number<std::uint32_t>(cin->content, rules);
        if (!header.cin)
            return false;
    }
    header.delivery_country = text(fields.find_field(2));
    Reader inner(network->content, rules);
    header.operator_id = text(inner.find_field(0));
    header.network_element = text(inner.find_field(1));
    return fields.finish() && inner.finish() && !header.operator_id.empty();
}

// The fields behind the communication identifier.
std::expected<void, Fault> read_numbers(Reader& fields, PsHeader& header)
{
    const Rules rules = fields.rules();
    const auto sequence = fields.find_field(4);
    const auto value =
        sequence ? number<std::uint32_t>(sequence->content, rules) : std::nullopt;
    if (!value)
        return fault("sequenceNumber", "missing or malformed");
    header.sequence_number = *value;
    parts::Time time;
    if (!time.early(fields, 5))
        return fault("timeStamp", "malformed");
    header.interception_point = text(fields.find_field(6));
    if (!time.late(fields, 7, 8))
        return fault("microSecondTimeStamp", "malformed");
    header.time = time.time;
    header.qualifier = time.qualifier;
    return {};
}

std::expected<PsHeader, Fault> read_header(std::string_view content, Rules rules)
{
    Reader fields(content, rules);
    PsHeader header;
    const auto version = version_of(text(fields.find_field(0)));
    if (!version)
        return fault("li-psDomainId", "missing or of another domain");
    header.version = *version;
    header.liid = text(fields.find_field(1));
    header.authorization_country = text(fields.find_field(2));
    const auto communication = fields.find_group(3);
    if (!communication || !read_communication(communication->content, rules, header))
        return fault("communicationIdentifier", "missing or malformed");
    if (const auto numbers = read_numbers(fields, header); !numbers)
        return std::unexpected(numbers.error());
    if (!fields.finish())
        return fault("pSHeader", "malformed");
    return header;
}

std::optional<ReceivedIri> read_iri(std::string_view content, Rules rules)
{
    Reader fields(content, rules);
    ReceivedIri iri;
    parts::Time time;
    if (!parts::enumerated(fields, 0, iri.type) || !time.early(fields, 1))
        return std::nullopt;
    const auto contents = fields.find_group(2);
    if (!contents || !time.late(fields, 3, 4))
        return std::nullopt;
    iri.time = time.time;
    Reader choice(contents->content, rules);
    if (const auto email = choice.next(); email && email->is_group(1))
        iri.email = email->content;
    return choice.finish() && fields.finish() ? std::optional(iri) : std::nullopt;
}

bool read_email_cc(std::string_view content, Rules rules, ReceivedCc& cc)
{
    Reader fields(content, rules);
    std::optional<EmailFormat> format;
    if (!fields.find_field(0) || !parts::enumerated(fields, 1, format) || !format)
        return false;
    cc.format = *format;
    const auto octets = fields.find_field(2);
    if (!octets)
        return false;
    cc.content = octets->content;
    return fields.finish();
}

std::optional<ReceivedCc> read_cc(std::string_view content, Rules rules)
{
    Reader fields(content, rules);
    ReceivedCc cc;
    parts::Time time;
    if (!parts::enumerated(fields, 0, cc.direction) || !time.early(fields, 1))
        return std::nullopt;
    const auto contents = fields.find_group(2);
    if (!contents || !time.late(fields, 3, 4))
        return std::nullopt;
    cc.time = time.time;
    Reader choice(contents->content, rules);
    const auto email = choice.next();
    if (email && email->is_group(1) && !read_email_cc(email->content, rules, cc))
        return std::nullopt;
    return choice.finish() && fields.finish() ? std::optional(cc) : std::nullopt;
}

template <class Received, class Read>
std::expected<ReceivedPayload, Fault> read_all(std::string_view content, Rules rules,
                                               std::string_view name, const Read& read)
{
    std::vector<Received> all;
    Reader elements(content, rules);
    while (const auto element = elements.next()) {
        const auto one = element->id == universal_sequence ? read(element->content, rules)
                                                           : std::nullopt;
        if (!one)
            return fault(name, "malformed");
        all.push_back(*one);
    }
    if (elements.broken() || all.empty())
        return fault(name, "malformed");
    return all;
}

std::expected<ReceivedPayload, Fault> read_choice(const Element& choice, Rules rules)
{
    if (choice.is_group(0))
        return read_all<ReceivedIri>(choice.content, rules, "iRIPayloadSequence", read_iri);
    if (choice.is_group(1))
        return read_all<ReceivedCc>(choice.content, rules, "cCPayloadSequence", read_cc);
    Reader inner(choice.content, rules);
    const auto alternative = inner.next();
    if (choice.is_group(2)) {
        if (!alternative || !inner.at_end())
            return fault("tRIPayload", "malformed");
        return parts::read_tri(*alternative, rules);
    }
    if (choice.is_group(3) && alternative && inner.at_end())
        return ReceivedHi1{alternative->tag, alternative->content};
    return UnknownPayload{false, choice.tag};
}

} // namespace

std::expected<ReceivedPdu, Fault> read_pdu(std::string_view octets, Rules rules)
{
    const auto whole = read_element(octets, rules);
    if (!whole)
        return fault("PS-PDU", describe(whole.error()));
    if (whole->id != universal_sequence || whole->size != octets.size())
        return fault("PS-PDU", "not one SEQUENCE");
    Reader fields(whole->content, rules);
    const auto header = fields.find_group(1);
    const auto payload = fields.find_group(2);
    if (!header || !payload || !fields.finish())
        return fault("PS-PDU", "without header and payload");
    auto head = read_header(header->content, rules);
    if (!head)
        return std::unexpected(head.error());
    Reader choices(payload->content, rules);
    const auto choice = choices.next();
    if (!choice || !choices.at_end() || !choice->context())
        return fault("payload", "not one alternative");
    auto body = read_choice(*choice, rules);
    if (!body)
        return std::unexpected(body.error());
    return ReceivedPdu{std::move(*head), std::move(*body)};
}

std::expected<std::size_t, ReadError> pdu_size(std::string_view stream, Rules rules,
                                               std::size_t most)
{
    if (stream.empty())
        return 0;
    if (static_cast<std::uint8_t>(stream[0]) != universal_sequence)
        return std::unexpected(ReadError::malformed);
    const auto element = read_element(stream, rules, most);
    if (element)
        return element->size;
    if (element.error() == ReadError::incomplete && stream.size() <= most + 16)
        return 0;
    return std::unexpected(element.error() == ReadError::incomplete ? ReadError::too_long
                                                                    : element.error());
}

} // namespace etsi
