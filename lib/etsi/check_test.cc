// SPDX-License-Identifier: Apache-2.0
// What cannot be sent names the standard's field; what has exactly the limit can.
#include "etsi/pdu.h"
#include "etsi/samples_test.h"

#include <doctest/doctest.h>
#include <functional>

using namespace etsi;

namespace {

struct Case {
    std::string_view fault; // "" for none
    std::function<void(Pdu&)> change;
};

void check_all(const Pdu& good, const std::vector<Case>& cases)
{
    REQUIRE(encode(good).has_value());
    for (const auto& [fault, change] : cases) {
        Pdu pdu = good;
        change(pdu);
        std::string out = "kept";
        const Checked result = append(out, pdu);
        CAPTURE(fault);
        CHECK(result.has_value() == fault.empty());
        if (result)
            continue;
        CHECK(result.error().field == fault);
        CHECK(result.error().text().find(": ") != std::string::npos);
        CHECK(out == "kept");
    }
}

EmailIri& iri(Pdu& pdu)
{
    return std::get<IriPayloads>(pdu.payload)[0].iri;
}
std::string many(std::size_t size)
{
    return std::string(size, 'x');
}

std::string umlauts(std::size_t count)
{
    std::string out;
    for (std::size_t i = 0; i < count; ++i)
        out += "\xc3\xbc";
    return out;
}

} // namespace

TEST_CASE("etsi: limits of the header")
{
    check_all(
        samples::event(),
        {{"", [](Pdu& p) { p.header.liid = many(25); }},
         {"lawfulInterceptionIdentifier", [](Pdu& p) { p.header.liid = many(26); }},
         {"lawfulInterceptionIdentifier", [](Pdu& p) { p.header.liid.clear(); }},
         {"", [](Pdu& p) { p.header.authorization_country.clear(); }},
         {"authorizationCountryCode",
          [](Pdu& p) { p.header.authorization_country = "de"; }},
         {"deliveryCountryCode", [](Pdu& p) { p.header.delivery_country = "DEU"; }},
         {"", [](Pdu& p) { p.header.operator_id = many(16); }},
         {"operatorIdentifier", [](Pdu& p) { p.header.operator_id = many(17); }},
         {"operatorIdentifier", [](Pdu& p) { p.header.operator_id.clear(); }},
         {"", [](Pdu& p) { p.header.network_element = many(16); }},
         {"networkElementIdentifier", [](Pdu& p) { p.header.network_element = many(17); }},
         {"", [](Pdu& p) { p.header.interception_point = "MX-1:a+b"; }},
         {"interceptionPointID", [](Pdu& p) { p.header.interception_point = many(9); }},
         {"interceptionPointID", [](Pdu& p) { p.header.interception_point = "a_b"; }},
         {"communicationIdentityNumber", [](Pdu& p) { p.header.cin.reset(); }},
         {"microSeconds", [](Pdu& p) { p.header.time->micros = 1'000'000; }},
         {"seconds", [](Pdu& p) { p.header.time->seconds = last_second + 1; }},
         {"", [](Pdu& p) { p.header.version = oldest_header; }},
         {"li-psDomainId", [](Pdu& p) { p.header.version = oldest_header - 1; }},
         {"li-psDomainId", [](Pdu& p) { p.header.version = newest_header + 1; }}});
}

TEST_CASE("etsi: limits of an e-mail event")
{
    check_all(
        samples::event(),
        {{"", [](Pdu& p) { iri(p).sender = umlauts(255); }},
         {"e-mail-Sender", [](Pdu& p) { iri(p).sender = umlauts(256); }},
         {"e-mail-Sender", [](Pdu& p) { iri(p).sender = "\xff"; }},
         {"", [](Pdu& p) { iri(p).recipients->assign(1023, "a"); }},
         {"e-mail-Recipients", [](Pdu& p) { iri(p).recipients->assign(1024, "a"); }},
         {"e-mail-Recipients", [](Pdu& p) { iri(p).recipients->back() = many(256); }},
         {"", [](Pdu& p) { iri(p).aaa->username = many(64); }},
         {"username", [](Pdu& p) { iri(p).aaa->username = many(65); }},
         {"username", [](Pdu& p) { iri(p).aaa->username = "\xc3"; }},
         {"password", [](Pdu& p) { iri(p).aaa->password = "x"; }},
         {"authMethod", [](Pdu& p) { iri(p).aaa->kind = AaaKind::imap; }},
         {"password",
          [](Pdu& p) {
              iri(p).aaa = AaaInformation{AaaKind::pop3, "a", many(65), {}, {}, {}, {}};
          }},
         {"nationalParameter", [](Pdu& p) { iri(p).national = many(most_national + 1); }},
         {"countryCode", [](Pdu& p) { iri(p).national_country = ""; }},
         {"server-Octets-Sent", [](Pdu& p) { iri(p).server_octets = 1ULL << 63; }},
         {"client-Octets-Sent", [](Pdu& p) { iri(p).client_octets = 1ULL << 63; }},
         {"", [](Pdu& p) { iri(p).version = oldest_email; }},
         {"emailIRIObjId", [](Pdu& p) { iri(p).version = oldest_email - 1; }},
         {"emailIRIObjId", [](Pdu& p) { iri(p).version = newest_email + 1; }},
         {"payload", [](Pdu& p) { std::get<IriPayloads>(p.payload).clear(); }},
         {"microSeconds", [](Pdu& p) {
              std::get<IriPayloads>(p.payload)[0].time = MicroTime{0, 1'000'000};
          }}});
}

TEST_CASE("etsi: limits of content, transport messages and notices")
{
    check_all(samples::content(),
              {{"emailCCObjId",
                [](Pdu& p) { std::get<CcPayloads>(p.payload)[0].cc.version = 99; }},
               {"payload", [](Pdu& p) { p.payload = CcPayloads{}; }},
               {"payloadDirection", [](Pdu& p) {
                    p.header.version = 16;
                    std::get<CcPayloads>(p.payload)[0].direction =
                        PayloadDirection::combined;
                }}});
    IntegrityCheck eddsa{{1}, CheckType::signature,     DataType::cc, "x",
                         {},  SignatureAlgorithm::eddsa};
    const Hi1Notification notice{.liid = many(25),
                                 .operator_id = many(5),
                                 .time = {},
                                 .target_information = many(256)};
    check_all(
        samples::keep_alive(),
        {{"", [&](Pdu& p) { p.payload = Tri(eddsa); }},
         {"signatureAlgorithm",
          [&](Pdu& p) { p.payload = Tri(eddsa), p.header.version = 39; }},
         {"includedSequenceNumbers",
          [&](Pdu& p) { eddsa.sequence_numbers.clear(), p.payload = Tri(eddsa); }},
         {"checkValue",
          [](Pdu& p) { p.payload = Tri(IntegrityCheck{{1}, {}, {}, "", {}, {}}); }},
         {"hashAlgorithm",
          [](Pdu& p) {
              p.payload = Tri(IntegrityCheck{
                  {1}, CheckType::hash, {}, "x", {}, SignatureAlgorithm::ecdsa});
          }},
         {"", [](Pdu& p) { p.payload = Tri(OperatorLeaMessage{{}, many(255)}); }},
         {"message", [](Pdu& p) { p.payload = Tri(OperatorLeaMessage{{}, many(256)}); }},
         {"message", [](Pdu& p) { p.payload = Tri(OperatorLeaMessage{}); }},
         {"tRIPayload",
          [](Pdu& p) { p.payload = Tri(TriFlag::cin_reset), p.header.version = 16; }},
         {"", [&](Pdu& p) { p.payload = Hi1Operation(notice); }},
         {"hI1-Operation",
          [&](Pdu& p) { p.payload = Hi1Operation(notice), p.header.version = 16; }},
         {"operator-Identifier",
          [&](Pdu& p) {
              Hi1Notification longer = notice;
              longer.operator_id += 'x';
              p.payload = Hi1Operation(longer);
          }},
         {"target-Information",
          [&](Pdu& p) {
              Hi1Notification longer = notice;
              longer.target_information += 'x';
              p.payload = Hi1Operation(longer);
          }},
         {"localTime",
          [&](Pdu& p) {
              Hi1Notification far = notice;
              far.time.offset_minutes = 24 * 60;
              p.payload = Hi1Operation(far);
          }},
         {"utcTime",
          [&](Pdu& p) {
              Hi1Notification late = notice;
              late.time.time.seconds = last_utc_second + 1;
              p.payload = Hi1Operation(late);
          }},
         {"alarm-information",
          [](Pdu& p) { p.payload = Hi1Operation(AlarmIndicator{}); }}});
}

TEST_CASE("etsi: addresses from text")
{
    CHECK(IpAddress::parse("192.0.2.1")->bytes() ==
          std::string_view("\xc0\x00\x02\x01", 4));
    CHECK(IpAddress::parse("2001:db8::1")->bytes() ==
          std::string_view("\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\1", 16));
    CHECK(IpAddress::parse("::ffff:192.0.2.1") == IpAddress::parse("192.0.2.1"));
    for (std::string_view text : {"", "192.0.2", "192.0.2.1:25", "[::1]", "x", "::1%lo"})
        CHECK_FALSE(IpAddress::parse(text).has_value());
    CHECK_FALSE(IpAddress::parse(std::string_view("192.0.2.1\0x", 11)).has_value());
}
