// SPDX-License-Identifier: Apache-2.0
// etsi/email_check.cc - what the e-mail types must keep before they are written.
#include "etsi/email.h"
#include "etsi/header.h"
#include "text/lines.h"

#include <algorithm>
#include <initializer_list>

namespace etsi {

namespace {

constexpr std::uint64_t most_integer = 0x7fff'ffff'ffff'ffff; // what receivers can hold

Checked check_text(std::string_view name, const std::optional<std::string>& text,
                   std::size_t most)
{
    if (!text)
        return {};
    const std::size_t characters = utf8_characters(*text);
    if (characters == std::string_view::npos)
        return wrong(name, "not UTF-8");
    if (characters > most)
        return wrong(name, "too long");
    return {};
}

Checked check_recipients(const EmailIri& iri)
{
    if (!iri.recipients)
        return {};
    if (iri.recipients->size() > most_recipients)
        return wrong("e-mail-Recipients", "more than 1023");
    for (const std::string& address : *iri.recipients)
        if (const Checked result = check_text("e-mail-Recipients", address, most_address);
            !result)
            return result;
    return {};
}

Checked check_login(const std::optional<AaaInformation>& aaa)
{
    if (!aaa)
        return {};
    const bool smtp = aaa->kind == AaaKind::smtp;
    if (smtp && aaa->password)
        return wrong("password", "not a field of aSMTPAAAInformation");
    if (!smtp && (aaa->method || aaa->challenge || aaa->response))
        return wrong("authMethod", "a field of aSMTPAAAInformation only");
    if (const Checked result = check_text("username", aaa->username, most_username);
        !result)
        return result;
    return check_text("password", aaa->password, most_username);
}

Checked check_version(unsigned version)
{
    if (version < oldest_email || version > newest_email)
        return wrong("emailIRIObjId", "no such version");
    return {};
}

Checked check_numbers(const EmailIri& iri)
{
    if (iri.server_octets > most_integer)
        return wrong("server-Octets-Sent", "above 2^63-1");
    if (iri.client_octets > most_integer)
        return wrong("client-Octets-Sent", "above 2^63-1");
    return {};
}

Checked check_national(const EmailIri& iri)
{
    if (iri.national && iri.national->size() > most_national)
        return wrong("nationalParameter", "longer than 1 MB");
    if (!iri.national_country)
        return {};
    if (iri.national_country->empty())
        return wrong("countryCode", "missing");
    return check_country("countryCode", *iri.national_country);
}

} // namespace

std::size_t utf8_characters(std::string_view text)
{
    if (!text::is_utf8(text))
        return std::string_view::npos;
    const auto starts = [](char c) {
        return (static_cast<unsigned char>(c) & 0xc0) != 0x80;
    };
    return static_cast<std::size_t>(std::ranges::count_if(text, starts));
}

Checked check(const EmailIri& iri)
{
    for (const Checked& result :
         {check_version(iri.version), check_numbers(iri),
          check_text("e-mail-Sender", iri.sender, most_address), check_recipients(iri),
          check_national(iri), check_login(iri.aaa)})
        if (!result)
            return result;
    return {};
}

Checked check(const EmailCc& cc)
{
    if (const Checked result = check_version(cc.version); !result)
        return wrong("emailCCObjId", result.error().problem);
    return {};
}

} // namespace etsi
