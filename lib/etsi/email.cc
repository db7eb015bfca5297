// SPDX-License-Identifier: Apache-2.0
// etsi/email.cc - the e-mail types' encoding, last field first (der_writer.h).
#include "etsi/email.h"

namespace etsi {

namespace {

// {li-ps(5) email(2) version what}, relative to {0 4 0 2 2}.
void put_object(DerWriter& out, unsigned version, unsigned what)
{
    out.oid(field(0), {5, 2, version, what});
}

template <class Enumerated>
std::uint64_t number(Enumerated value)
{
    return static_cast<std::uint64_t>(value);
}

void put_text(DerWriter& out, unsigned tag, const std::optional<std::string>& text)
{
    if (text)
        out.octets(field(tag), *text);
}

template <class Value>
void put_number(DerWriter& out, unsigned tag, const std::optional<Value>& value)
{
    if (value)
        out.integer(field(tag), static_cast<std::uint64_t>(*value));
}

void put_smtp_login(DerWriter& out, const AaaInformation& aaa)
{
    put_number(out, 4, aaa.result);
    put_text(out, 3, aaa.response);
    put_text(out, 2, aaa.challenge);
    put_number(out, 1, aaa.method);
}

void put_mailbox_login(DerWriter& out, const AaaInformation& aaa)
{
    put_number(out, 2, aaa.result);
    put_text(out, 1, aaa.password);
}

void put_login(DerWriter& out, const AaaInformation& aaa, unsigned version)
{
    if (aaa.kind == AaaKind::imap && version < email_with_imap_login)
        return;
    out.inside(group(16), [&] { // a CHOICE: explicit
        out.inside(group(static_cast<unsigned>(aaa.kind)), [&] {
            if (aaa.kind == AaaKind::smtp)
                put_smtp_login(out, aaa);
            else
                put_mailbox_login(out, aaa);
            out.octets(field(0), aaa.username);
        });
    });
}

// Extension additions: tags 15 and above.
void put_additions(DerWriter& out, const EmailIri& iri)
{
    put_number(out, 17, iri.validity);
    if (iri.aaa)
        put_login(out, *iri.aaa, iri.version);
    if (iri.national_country)
        out.inside(group(15), [&] { out.octets(field(1), *iri.national_country); });
}

void put_recipients(DerWriter& out, const std::vector<std::string>& recipients)
{
    out.inside(group(10), [&] {
        for (auto address = recipients.rbegin(); address != recipients.rend(); ++address)
            out.octets(universal_utf8, *address);
    });
}

void put_mail(DerWriter& out, const EmailIri& iri)
{
    put_text(out, 14, iri.national);
    put_text(out, 13, iri.message_id);
    put_number(out, 12, iri.total_recipients);
    out.integer(field(11), number(iri.status));
    if (iri.recipients)
        put_recipients(out, *iri.recipients);
    put_text(out, 9, iri.sender);
}

void put_connection(DerWriter& out, const EmailIri& iri)
{
    out.integer(field(8), number(iri.protocol));
    out.integer(field(7), iri.client_octets);
    out.integer(field(6), iri.server_octets);
    put_number(out, 5, iri.server_port);
    put_number(out, 4, iri.client_port);
    if (iri.server)
        put(out, group(3), *iri.server, iri.version);
    if (iri.client)
        put(out, group(2), *iri.client, iri.version);
}

} // namespace

void put(DerWriter& out, const EmailIri& iri)
{
    out.inside(group(1), [&] {
        put_additions(out, iri);
        put_mail(out, iri);
        put_connection(out, iri);
        out.integer(field(1), number(iri.event));
        put_object(out, iri.version, 1);
    });
}

void put(DerWriter& out, const EmailCc& cc)
{
    out.inside(group(1), [&] {
        out.octets(field(2), cc.content);
        out.integer(field(1), number(cc.format));
        put_object(out, cc.version, 2);
    });
}

} // namespace etsi
