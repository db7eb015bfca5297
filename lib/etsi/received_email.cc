// SPDX-License-Identifier: Apache-2.0
// etsi/received_email.cc - EmailIRI read back, for who verifies our files.
#include "etsi/received.h"
#include "etsi/received_parts.h"

#include <algorithm>

namespace etsi {

namespace {

using parts::enumerated;
using parts::optional_number;

constexpr Rules rules = Rules::der;

bool read_text(Reader& fields, unsigned tag, std::optional<std::string>& out)
{
    if (const auto element = fields.find_field(tag))
        out = std::string(element->content);
    return !fields.broken();
}

std::optional<unsigned> version_of(const std::optional<Element>& oid)
{
    const auto arcs = oid ? oid_arcs(oid->content) : std::nullopt;
    if (!arcs || arcs->size() != 4 || (*arcs)[0] != 5 || (*arcs)[1] != 2 || (*arcs)[3] != 1)
        return std::nullopt;
    return (*arcs)[2];
}

std::optional<std::string_view> binary_address(const std::optional<Element>& value)
{
    Reader choice(value ? value->content : std::string_view(), rules);
    const auto binary = choice.next();
    if (!binary || !binary->is_field(1) || !choice.at_end())
        return std::nullopt;
    return binary->content;
}

bool read_nat(Reader& fields, IpAddress& address)
{
    const auto nat = fields.find_field(6);
    if (!nat)
        return !fields.broken();
    address.nat_translated = boolean_value(nat->content, rules);
    return address.nat_translated.has_value();
}

std::optional<IpAddress> address_of(std::string_view content)
{
    Reader fields(content, rules);
    std::optional<std::uint8_t> type;
    std::optional<IpAssignment> assignment;
    if (!optional_number(fields, 1, type))
        return std::nullopt;
    const auto octets = binary_address(fields.find_group(2));
    IpAddress address;
    address.v6 = type == 1;
    if (!octets || octets->size() != address.bytes().size())
        return std::nullopt;
    std::ranges::copy(*octets, address.octets.begin());
    if (!enumerated(fields, 3, assignment) || !read_nat(fields, address) ||
        !fields.finish())
        return std::nullopt;
    address.assignment = assignment.value_or(IpAssignment::unknown);
    return address;
}

bool read_address(Reader& fields, unsigned tag, std::optional<IpAddress>& out)
{
    const auto element = fields.find_group(tag);
    if (!element)
        return !fields.broken();
    out = address_of(element->content);
    return out.has_value();
}

template <class Value>
bool required(Reader& fields, unsigned tag, Value& out)
{
    const auto element = fields.find_field(tag);
    const auto value = element ? unsigned_value(element->content, rules) : std::nullopt;
    if (!value)
        return false;
    out = static_cast<Value>(*value);
    return static_cast<std::uint64_t>(out) == *value;
}

bool read_recipients(Reader& fields, EmailIri& iri)
{
    const auto list = fields.find_group(10);
    if (!list)
        return !fields.broken();
    iri.recipients.emplace();
    Reader elements(list->content, rules);
    while (const auto element = elements.next()) {
        if (element->id != universal_utf8)
            return false;
        iri.recipients->emplace_back(element->content);
    }
    return !elements.broken();
}

bool read_login_fields(Reader& fields, AaaInformation& aaa)
{
    aaa.username = parts::text(fields.find_field(0));
    if (aaa.kind != AaaKind::smtp)
        return read_text(fields, 1, aaa.password) && enumerated(fields, 2, aaa.result);
    return enumerated(fields, 1, aaa.method) && read_text(fields, 2, aaa.challenge) &&
           read_text(fields, 3, aaa.response) && enumerated(fields, 4, aaa.result);
}

bool read_login(Reader& fields, EmailIri& iri)
{
    const auto element = fields.find_group(16);
    if (!element)
        return !fields.broken();
    Reader choice(element->content, rules);
    const auto kind = choice.next();
    if (!kind || !kind->context() || kind->tag > 2 || !choice.at_end())
        return false;
    Reader inner(kind->content, rules);
    iri.aaa.emplace();
    iri.aaa->kind = static_cast<AaaKind>(kind->tag);
    return read_login_fields(inner, *iri.aaa) && inner.finish();
}

bool read_connection(Reader& fields, EmailIri& iri)
{
    return required(fields, 1, iri.event) && read_address(fields, 2, iri.client) &&
           read_address(fields, 3, iri.server) &&
           optional_number(fields, 4, iri.client_port) &&
           optional_number(fields, 5, iri.server_port) &&
           required(fields, 6, iri.server_octets) &&
           required(fields, 7, iri.client_octets) && required(fields, 8, iri.protocol);
}

bool read_mail(Reader& fields, EmailIri& iri)
{
    return read_text(fields, 9, iri.sender) && read_recipients(fields, iri) &&
           required(fields, 11, iri.status) &&
           optional_number(fields, 12, iri.total_recipients) &&
           read_text(fields, 13, iri.message_id) && read_text(fields, 14, iri.national);
}

bool read_additions(Reader& fields, EmailIri& iri)
{
    if (const auto national = fields.find_group(15)) {
        Reader inner(national->content, rules);
        if (!read_text(inner, 1, iri.national_country) || !inner.finish())
            return false;
    }
    return read_login(fields, iri) && enumerated(fields, 17, iri.validity) &&
           fields.finish();
}

} // namespace

std::expected<EmailIri, Fault> read_email(std::string_view content)
{
    Reader fields(content, rules);
    EmailIri iri;
    const auto version = version_of(fields.find_field(0));
    if (!version)
        return std::unexpected(Fault{"emailIRIObjId", "missing or of another module"});
    iri.version = *version;
    if (!read_connection(fields, iri) || !read_mail(fields, iri) ||
        !read_additions(fields, iri))
        return std::unexpected(Fault{"emailIRI", "a field is missing or malformed"});
    return iri;
}

} // namespace etsi
