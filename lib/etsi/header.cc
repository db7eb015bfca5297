// SPDX-License-Identifier: Apache-2.0
// etsi/header.cc - the header's rules and its encoding.
#include "etsi/header.h"

#include <algorithm>
#include <initializer_list>

namespace etsi {

namespace {

constexpr TimeTags header_time{5, 7, 8};

bool printable(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
           std::string_view(" '()+,-./:=?").find(c) != std::string_view::npos;
}

Checked check_point(const PsHeader& header)
{
    if (header.interception_point.size() > most_interception_point)
        return wrong("interceptionPointID", "longer than 8 characters");
    if (!is_printable_string(header.interception_point))
        return wrong("interceptionPointID", "not a PrintableString");
    return {};
}

Checked check_identifiers(const PsHeader& header)
{
    for (const Checked& result :
         {check_size("lawfulInterceptionIdentifier", header.liid, 1, most_liid),
          check_country("authorizationCountryCode", header.authorization_country),
          check_size("operatorIdentifier", header.operator_id, 1, most_operator_id),
          check_size("networkElementIdentifier", header.network_element, 0,
                     most_network_element),
          check_country("deliveryCountryCode", header.delivery_country),
          check_point(header)})
        if (!result)
            return result;
    return {};
}

void put_text(DerWriter& out, unsigned tag, std::string_view text)
{
    if (!text.empty())
        out.octets(field(tag), text);
}

void put_network(DerWriter& out, const PsHeader& header)
{
    out.inside(group(0), [&] {
        put_text(out, 1, header.network_element);
        out.octets(field(0), header.operator_id);
    });
}

void put_communication(DerWriter& out, const PsHeader& header)
{
    out.inside(group(3), [&] {
        put_text(out, 2, header.delivery_country);
        if (header.cin)
            out.integer(field(1), *header.cin);
        put_network(out, header);
    });
}

// {itu-t(0) identified-organization(4) etsi(0) securityDomain(2) lawfulIntercept(2)
// li-ps(5) genHeader(1) version}
void put_domain(DerWriter& out, unsigned version)
{
    out.oid(field(0), {4, 0, 2, 2, 5, 1, version});
}

} // namespace

bool is_printable_string(std::string_view text)
{
    return std::ranges::all_of(text, printable);
}

Checked check_country(std::string_view field, std::string_view text)
{
    const auto capital = [](char c) { return c >= 'A' && c <= 'Z'; };
    if (text.empty() || (text.size() == 2 && std::ranges::all_of(text, capital)))
        return {};
    return wrong(field, "not two capital letters (ISO 3166-1)");
}

Checked check_size(std::string_view field, std::string_view text, std::size_t least,
                   std::size_t most)
{
    if (text.size() < least)
        return wrong(field, "missing");
    if (text.size() > most)
        return wrong(field, "too long");
    return {};
}

Checked check(const MicroTime& time)
{
    if (time.micros > 999'999)
        return wrong("microSeconds", "above 999999");
    if (time.seconds > last_second)
        return wrong("seconds", "after the year 9999");
    return {};
}

Checked check(const PsHeader& header)
{
    if (header.version < oldest_header || header.version > newest_header)
        return wrong("li-psDomainId", "no such version");
    if (const Checked result = check_identifiers(header); !result)
        return result;
    return header.time ? check(*header.time) : Checked();
}

void put_late_time(DerWriter& out, const std::optional<MicroTime>& time,
                   TimeQualifier qualifier, TimeTags tags, unsigned version)
{
    if (!time || version < header_with_microseconds)
        return;
    if (version >= header_with_qualifier)
        out.integer(field(tags.qualifier), static_cast<std::uint64_t>(qualifier));
    out.inside(group(tags.micro), [&] {
        out.integer(field(1), time->micros);
        out.integer(field(0), time->seconds);
    });
}

void put_early_time(DerWriter& out, const std::optional<MicroTime>& time, TimeTags tags,
                    unsigned version)
{
    if (time && version < header_with_microseconds)
        out.generalized_time(field(tags.generalized), *time);
}

void put(DerWriter& out, const PsHeader& header)
{
    out.inside(group(1), [&] {
        put_late_time(out, header.time, header.qualifier, header_time, header.version);
        if (header.version >= header_with_microseconds)
            put_text(out, 6, header.interception_point);
        put_early_time(out, header.time, header_time, header.version);
        out.integer(field(4), header.sequence_number);
        put_communication(out, header);
        put_text(out, 2, header.authorization_country);
        out.octets(field(1), header.liid);
        put_domain(out, header.version);
    });
}

} // namespace etsi
