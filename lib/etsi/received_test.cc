// SPDX-License-Identifier: Apache-2.0
#include "etsi/random_test.h"
#include "etsi/received.h"
#include "etsi/samples_test.h"
#include "text/base64.h"

#include <doctest/doctest.h>

using namespace etsi;

namespace {

std::string bytes(std::string_view hex)
{
    return *text::from_hex(hex);
}

// What remains of a value after a version that lacks some of its fields.
void forget_what_was_not_sent(Pdu& pdu)
{
    PsHeader& header = pdu.header;
    if (!header.time || header.version < header_with_qualifier)
        header.qualifier = TimeQualifier::interception;
    if (header.version < header_with_microseconds)
        header.interception_point.clear();
}

EmailIri as_sent(EmailIri iri)
{
    const bool new_version = iri.version >= email_with_imap_login;
    for (auto* address : {&iri.client, &iri.server})
        if (*address && !new_version)
            (*address)->nat_translated.reset();
    if (iri.aaa && iri.aaa->kind == AaaKind::imap && !new_version)
        iri.aaa.reset();
    return iri;
}

void compare(const IriPayloads& sent, const ReceivedPayload& payload)
{
    const auto& received = std::get<std::vector<ReceivedIri>>(payload);
    REQUIRE(received.size() == sent.size());
    for (std::size_t i = 0; i < sent.size(); ++i) {
        CHECK(received[i].type == sent[i].type);
        CHECK(received[i].time == sent[i].time);
        const auto email = read_email(received[i].email);
        REQUIRE(email.has_value());
        CHECK(*email == as_sent(sent[i].iri));
    }
}

void compare(const CcPayloads& sent, const ReceivedPayload& payload)
{
    const auto& received = std::get<std::vector<ReceivedCc>>(payload);
    REQUIRE(received.size() == sent.size());
    for (std::size_t i = 0; i < sent.size(); ++i) {
        CHECK(received[i].direction == sent[i].direction);
        CHECK(received[i].time == sent[i].time);
        CHECK(received[i].format == sent[i].cc.format);
        CHECK(received[i].content == sent[i].cc.content);
    }
}

void compare(Tri sent, const ReceivedPayload& payload)
{
    const Tri& received = std::get<Tri>(payload);
    if (auto* check = std::get_if<IntegrityCheck>(&sent)) // algorithms: not in old versions
        if (const auto& got = std::get<IntegrityCheck>(received);
            !got.hash && !got.signature)
            check->hash.reset(), check->signature.reset();
    CHECK(received == sent);
}

void compare(const Hi1Operation& sent, const ReceivedPayload& payload)
{
    const auto* notice = std::get_if<Hi1Notification>(&sent);
    CHECK(std::get<ReceivedHi1>(payload).tag ==
          (notice != nullptr ? static_cast<unsigned>(notice->kind) : 4));
}

const std::string response_ber = // indefinite lengths, as some equipment sends
    "3080a180800704000202050111810141a380a080800131000081010100008401"
    "070000a280a2808400000000000000";

} // namespace

TEST_CASE("etsi: what is written is read back")
{
    samples::Random random(1);
    for (int i = 0; i < 2000; ++i) {
        Pdu pdu = random.pdu();
        const std::string octets = encode(pdu).value();
        forget_what_was_not_sent(pdu);
        for (const Rules rules : {Rules::der, Rules::ber}) {
            const auto received = read_pdu(octets, rules);
            REQUIRE(received.has_value());
            CHECK(received->header == pdu.header);
            std::visit([&](const auto& sent) { compare(sent, received->payload); },
                       pdu.payload);
        }
    }
}

TEST_CASE("etsi: PDUs of a stream are split wherever it is cut")
{
    std::string stream;
    std::vector<std::size_t> sizes;
    for (const Pdu& pdu : {samples::event(), samples::content(), samples::keep_alive()}) {
        const std::size_t before = stream.size();
        REQUIRE(append(stream, pdu).has_value());
        sizes.push_back(stream.size() - before);
    }
    for (std::size_t cut = 0; cut <= stream.size(); ++cut) {
        std::string_view rest = std::string_view(stream).substr(0, cut);
        for (const std::size_t size : sizes) {
            const auto found = pdu_size(rest, Rules::der, 4096);
            REQUIRE(found.has_value());
            CHECK(*found == (rest.size() >= size ? size : 0));
            if (*found == 0)
                break;
            CHECK(read_pdu(rest.substr(0, size), Rules::der).has_value());
            rest.remove_prefix(size);
        }
    }
}

TEST_CASE("etsi: a stream that is none, or promises too much, is an error")
{
    CHECK(pdu_size("GET / HTTP/1.0\r\n", Rules::ber, 4096).error() == ReadError::malformed);
    CHECK(pdu_size(bytes("3082ffff"), Rules::ber, 4096).error() == ReadError::too_long);
    CHECK(pdu_size(bytes("30821000"), Rules::ber, 4096) == 0);
    CHECK(pdu_size(bytes("3080") + std::string(5000, '\x80'), Rules::ber, 4096).error() !=
          ReadError::incomplete);
    std::string endless = bytes("3080");
    while (endless.size() < 5000)
        endless += bytes("8000");
    CHECK(pdu_size(endless, Rules::ber, 4096).error() == ReadError::too_long);
}

TEST_CASE("etsi: a cut or longer PDU is refused")
{
    for (const Pdu& pdu : {samples::event(), samples::hash_of_event()}) {
        const std::string whole = encode(pdu).value();
        for (std::size_t size = 0; size < whole.size(); ++size)
            CHECK_FALSE(read_pdu(whole.substr(0, size), Rules::ber).has_value());
        CHECK_FALSE(read_pdu(whole + '\0', Rules::ber).has_value());
    }
}

TEST_CASE("etsi: answers of equipment that writes BER")
{
    const auto received = read_pdu(bytes(response_ber), Rules::ber);
    REQUIRE(received.has_value());
    CHECK(received->header.version == 17);
    CHECK(received->header.liid == "A");
    CHECK(received->header.operator_id == "1");
    CHECK(received->header.cin == 1);
    CHECK(received->header.sequence_number == 7);
    CHECK(std::get<Tri>(received->payload) == Tri(TriFlag::keep_alive_response));
    CHECK_FALSE(read_pdu(bytes(response_ber), Rules::der).has_value());
    for (std::size_t size = 0; size < response_ber.size() / 2; ++size) {
        CHECK(pdu_size(bytes(response_ber).substr(0, size), Rules::ber, 100) == 0);
        CHECK_FALSE(read_pdu(bytes(response_ber).substr(0, size), Rules::ber).has_value());
    }
}

TEST_CASE("etsi: payloads that are not ours are named, not refused")
{
    const std::string head = "a1168007040002020501"
                             "63"
                             "810141a305a003800131"
                             "8401"
                             "07";
    const auto read = [&](const std::string& payload) {
        const auto size = static_cast<char>((head.size() + payload.size()) / 2);
        return read_pdu("0" + std::string(1, size) + bytes(head + payload), Rules::der);
    };
    struct Case {
        const char* payload;
        bool transport;
        unsigned tag;
    };
    for (const auto& [payload, transport, tag] :
         {Case{"a204a70281"
               "00",
               false, 7},
          Case{"a2048402"
               "8100",
               false, 4},
          Case{"a204a2028e00", true, 14}, Case{"a205a2039f1f00", true, 31}}) {
        CAPTURE(payload);
        const auto received = read(payload);
        REQUIRE(received.has_value());
        CHECK(received->header.version == 99);
        const auto& unknown = std::get<UnknownPayload>(received->payload);
        CHECK(unknown.transport == transport);
        CHECK(unknown.tag == tag);
    }
    for (const char* bad : {"a200", "a202a200", "a204a2020500", "a206a20484008400",
                            "a205a2038401"
                            "00",
                            "a202a000", "a202a100"})
        CHECK_FALSE(read(bad).has_value());
}

TEST_CASE("etsi: the options the authority answers with")
{
    const auto received = [](const Tri& tri) {
        Pdu pdu = samples::keep_alive();
        pdu.payload = tri;
        return std::get<Tri>(read_pdu(encode(pdu).value(), Rules::ber)->payload);
    };
    for (const bool accepted : {true, false})
        for (const bool declined : {true, false})
            CHECK(received(Tri(OptionResponse{accepted, declined})) ==
                  Tri(OptionResponse{accepted, declined}));
}
