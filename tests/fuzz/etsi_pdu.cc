// SPDX-License-Identifier: Apache-2.0
// Fuzz target: PDUs as an authority's equipment sends them, and our own files read back.  A
// PDU that is read as strict DER and can be written is written as something that reads the
// same.
#include "check.h"
#include "etsi/fit.h"
#include "etsi/national.h"
#include "etsi/received.h"

#include <string>

using namespace etsi;

namespace {

using fuzz::promise;

void inside(std::string_view outer, std::string_view part)
{
    promise(part.empty() || (part.data() >= outer.data() &&
                             part.data() + part.size() <= outer.data() + outer.size()));
}

void write_again(const ReceivedPdu& pdu)
{
    const auto* tri = std::get_if<Tri>(&pdu.payload);
    if (tri == nullptr)
        return;
    const Pdu sent{pdu.header, *tri};
    const auto octets = encode(sent);
    if (!octets)
        return;
    const auto again = read_pdu(*octets, Rules::der);
    promise(again.has_value());
    promise(encode(Pdu{again->header, std::get<Tri>(again->payload)}) == octets);
}

void read_mail(const ReceivedIri& received)
{
    auto iri = read_email(received.email);
    if (!iri)
        return;
    if (iri->national)
        if (const auto pairs = parse_national(*iri->national))
            promise(national_text(*pairs) == *iri->national);
    (void)fit(*iri);
    promise(!iri->recipients || iri->total_recipients.has_value());
    if (iri->sender)
        promise(utf8_characters(*iri->sender) <= most_address);
    if (iri->aaa)
        promise(utf8_characters(iri->aaa->username) <= most_username);
}

void look_at(std::string_view octets, Rules rules)
{
    const auto pdu = read_pdu(octets, rules);
    if (!pdu)
        return;
    write_again(*pdu);
    if (const auto* events = std::get_if<std::vector<ReceivedIri>>(&pdu->payload))
        for (const ReceivedIri& event : *events)
            read_mail(event);
    if (const auto* contents = std::get_if<std::vector<ReceivedCc>>(&pdu->payload))
        for (const ReceivedCc& content : *contents)
            inside(octets, content.content);
}

void split(std::string_view stream, Rules rules)
{
    while (!stream.empty()) {
        const auto size = pdu_size(stream, rules, 1 << 16);
        if (!size || *size == 0)
            return;
        promise(*size <= stream.size());
        look_at(stream.substr(0, *size), rules);
        stream.remove_prefix(*size);
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view input = fuzz::text_of(data, size);
    for (const Rules rules : {Rules::der, Rules::ber}) {
        look_at(input, rules);
        split(input, rules);
    }
    return 0;
}
