// SPDX-License-Identifier: Apache-2.0
#include "etsi/national.h"
#include "etsi/national_keys.h"
#include "etsi/received.h"
#include "handover/pdus.h"
#include "seal/digest.h"

#include <algorithm>
#include <doctest/doctest.h>

namespace {

using li::Protocol;
using li::Status;
using li::What;

li::Measure measure()
{
    li::Measure out;
    out.reference = "LKA-17";
    return out;
}

li::Sender sender()
{
    return {.operator_id = "49999",
            .network_element = "sponts-1",
            .interception_point = "mx",
            .country = "DE"};
}

li::Event event(What what, Protocol protocol = Protocol::smtp)
{
    li::Event out;
    out.what = what;
    out.protocol = protocol;
    out.status = Status::succeeded;
    out.time = 1'735'732'800'123'456;
    out.session = "gw-1-2";
    out.user = "anna";
    out.client = {"192.0.2.10", 49152};
    out.server = {"2001:db8::25", 25};
    out.sender = "";
    out.recipients = {"anna@example.org"};
    out.total_recipients = 3;
    out.cause = {"protocol", "550", "5.1.1", "no\nsuch user"};
    out.features = {{"SIZE", "100"}, {"folder", "INBOX"}};
    out.forward_chain = {"a@example.org", "b@example.org"};
    return out;
}

std::string value(const etsi::NationalPairs& pairs, std::string_view name)
{
    const auto found = std::ranges::find(pairs, name, &etsi::NationalPair::first);
    return found == pairs.end() ? "" : found->second;
}

} // namespace

TEST_CASE("handover: each event is the standard's event, with its login")
{
    struct Row {
        What what;
        Protocol protocol;
        etsi::EmailEvent event;
        etsi::AaaResult result;
    };
    using E = etsi::EmailEvent;
    using R = etsi::AaaResult;
    const Row rows[] = {
        {What::login, Protocol::smtp, E::logon, R::succeeded},
        {What::login_failed, Protocol::pop3, E::logon_failure, R::failed},
        {What::login_attempt, Protocol::imap, E::logon_attempt, R::unknown},
        {What::logout, Protocol::imap, E::logoff, R::succeeded},
        {What::sent, Protocol::smtp, E::send, R::succeeded},
        {What::received, Protocol::smtp, E::receive, R::succeeded},
        {What::fetched, Protocol::pop3, E::download, R::succeeded},
        {What::partially_fetched, Protocol::imap, E::partial_download, R::succeeded},
        {What::stored, Protocol::imap, E::upload, R::succeeded},
        {What::forwarded, Protocol::smtp, E::send, R::succeeded},
    };
    for (const Row& row : rows) {
        const etsi::EmailIri iri = handover::email_iri(event(row.what, row.protocol), 20);
        CHECK(etsi::check(iri));
        CHECK(iri.event == row.event);
        REQUIRE(iri.aaa);
        CHECK(iri.aaa->result == row.result);
        CHECK(iri.sender.has_value() ==
              (row.what >= What::sent && row.protocol == Protocol::smtp));
    }
}

TEST_CASE("handover: what the standard has no field for is in the national parameter")
{
    const etsi::EmailIri iri = handover::email_iri(event(What::received), 20);
    CHECK(iri.total_recipients == 3u);
    CHECK(iri.sender == "");
    const auto pairs = etsi::parse_national(*iri.national);
    REQUIRE(pairs);
    CHECK(value(*pairs, etsi::key::event) == "mail_received");
    CHECK(value(*pairs, etsi::key::cause_code) == "550");
    CHECK(value(*pairs, etsi::key::cause_text) == "no\nsuch user");
    CHECK(value(*pairs, etsi::key::feature) == "SIZE=100");
    CHECK(value(*pairs, etsi::key::forward) == "a@example.org");
    CHECK(std::ranges::count(*pairs, std::string(etsi::key::forward),
                             &etsi::NationalPair::first) == 2);
}

TEST_CASE("handover: record types by profile")
{
    using T = etsi::IriType;
    const auto type = [](What what, bool in_session, li::Records records) {
        return handover::iri_type(event(what), records, in_session);
    };
    constexpr auto by_session = li::Records::begin_end;
    CHECK(type(What::login, false, by_session) == T::begin);
    CHECK(type(What::logout, true, by_session) == T::end);
    CHECK(type(What::logout, false, by_session) == T::report);
    CHECK(type(What::sent, true, by_session) == T::continuation);
    CHECK(type(What::sent, false, by_session) == T::report);
    CHECK(type(What::fetched, true, by_session) == T::report);
    for (const What what : {What::login, What::sent, What::logout})
        CHECK(type(what, true, li::Records::report) == T::report);
}

TEST_CASE("handover: large content goes in segments, and checks cover each")
{
    const std::string content(3 * handover::segment_size + 5, 'x');
    std::string octets;
    std::vector<handover::PduPlace> places;
    handover::append_content(octets, places, measure(), sender(), event(What::sent),
                             content, 7, 10);
    CHECK(handover::pdus_of_content(content.size()) == 6);
    REQUIRE(places.size() == 6);
    std::string again;
    std::size_t at = 0;
    for (std::size_t i = 0; i < places.size(); ++i) {
        CHECK(places[i].offset == at);
        CHECK(places[i].number == 10 + i);
        at += places[i].size;
        const auto pdu = etsi::read_pdu(
            std::string_view(octets).substr(places[i].offset, places[i].size),
            etsi::Rules::der);
        REQUIRE(pdu);
        if (const auto* cc = std::get_if<std::vector<etsi::ReceivedCc>>(&pdu->payload))
            again += cc->at(0).content;
    }
    CHECK(again == content);

    std::string checks;
    std::uint32_t next = 3;
    handover::append_checks(
        checks, octets, places, etsi::DataType::cc, measure(), sender(), 1'000'000,
        [&](std::uint32_t cin) {
            CHECK(cin == 7);
            return next++;
        },
        [](std::string_view signed_octets) {
            return seal::hex(seal::sha256(signed_octets));
        });
    CHECK(next == 5);
    const auto size = etsi::pdu_size(checks, etsi::Rules::der, checks.size());
    REQUIRE(size);
    const auto hash =
        etsi::read_pdu(std::string_view(checks).substr(0, *size), etsi::Rules::der);
    REQUIRE(hash);
    const auto& check = std::get<etsi::IntegrityCheck>(std::get<etsi::Tri>(hash->payload));
    const seal::Digest digest = seal::sha256(octets);
    CHECK(check.value ==
          std::string(reinterpret_cast<const char*>(digest.data()), digest.size()));
    const auto signature =
        etsi::read_pdu(std::string_view(checks).substr(*size), etsi::Rules::der);
    REQUIRE(signature);
    const auto& sign =
        std::get<etsi::IntegrityCheck>(std::get<etsi::Tri>(signature->payload));
    CHECK(sign.value == seal::hex(seal::sha256(checks.substr(0, *size))));
}
