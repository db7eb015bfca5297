// SPDX-License-Identifier: Apache-2.0
// etsi/samples_test.h - the values of the golden vectors, for tests.
#pragma once

#include "etsi/pdu.h"
#include "text/base64.h"

namespace etsi::samples {

inline PsHeader header()
{
    PsHeader header;
    header.liid = "BKA-TEST-0001";
    header.authorization_country = header.delivery_country = "DE";
    header.operator_id = "49999";
    header.network_element = "sponts-1";
    header.cin = 1;
    header.sequence_number = 1;
    header.time = MicroTime{1735732800, 123456};
    return header;
}

inline EmailIri iri()
{
    EmailIri iri;
    iri.client = IpAddress::parse("192.0.2.10");
    iri.server = IpAddress::parse("198.51.100.25");
    iri.client_port = 49152;
    iri.server_port = 25;
    iri.server_octets = 312;
    iri.client_octets = 1540;
    iri.sender = "anna@example.de";
    iri.recipients = {"bob@example.org", "carl@example.org"};
    iri.status = EmailStatus::succeeded;
    iri.total_recipients = 2;
    iri.message_id = "<1@example.de>";
    iri.aaa = AaaInformation{
        AaaKind::smtp,       "anna@example.de", {}, AaaMethod::undefined, {}, {},
        AaaResult::succeeded};
    iri.validity = SenderValidity::validated;
    return iri;
}

inline Pdu event()
{
    IriPayload payload;
    payload.type = IriType::report;
    payload.iri = iri();
    return {header(), IriPayloads{payload}};
}

inline Pdu content()
{
    CcPayload payload;
    payload.direction = PayloadDirection::from_target;
    payload.cc.content = "From: a\r\n\r\nhi\r\n.\r\n";
    Pdu pdu{header(), CcPayloads{payload}};
    pdu.header.time->micros = 223456;
    return pdu;
}

inline Pdu keep_alive()
{
    Pdu pdu{header(), Tri{TriFlag::keep_alive}};
    pdu.header.cin.reset();
    pdu.header.sequence_number = 0;
    return pdu;
}

inline Pdu first_segment()
{
    Pdu pdu{header(), Tri{TriFlag::first_segment}};
    pdu.header.sequence_number = 2;
    pdu.header.time.reset();
    return pdu;
}

inline Pdu hash_of_event()
{
    IntegrityCheck check;
    check.sequence_numbers = {1};
    check.value =
        *text::from_hex("5debe3e578a894876abb705ae2830714d4193888e210f75a89d6787e2feda328");
    check.hash = HashAlgorithm::sha256;
    return {header(), Tri{check}};
}

} // namespace etsi::samples
