// SPDX-License-Identifier: Apache-2.0
#include "li/life.h"
#include "li/notice.h"

#include <doctest/doctest.h>

namespace {

using li::Notice;
using li::Time;

Time at(std::string_view text)
{
    const auto time = li::parse_time(text);
    REQUIRE_MESSAGE(time.has_value(), std::string(text));
    return *time;
}

li::Measure active()
{
    li::Measure measure;
    measure.reference = "LKA-17";
    measure.identities = {{li::Kind::address, "Anna@M\xc3\xbcller.example", "x"},
                          {li::Kind::login, "anna", "anna"}};
    measure.orders.emplace_back();
    measure.orders[0].court = "AG Musterstadt";
    measure.orders[0].file_number = "1 Gs 17/26";
    measure.orders[0].begin = at("2026-11-22 14:00");
    measure.orders[0].end = at("2027-02-22 14:00");
    REQUIRE(li::approve(measure, at("2026-11-22 13:00"), "one", {}).has_value());
    REQUIRE(li::activate(measure, at("2026-11-22 13:30"), "one").has_value());
    return measure;
}

li::Authority lka()
{
    li::Authority authority;
    authority.title = "Landeskriminalamt";
    authority.contact = "Dezernat 54";
    authority.phone = "030 1";
    return authority;
}

const li::Sender sender{.operator_id = "sponts",
                        .network_element = "sponts-1",
                        .interception_point = "",
                        .country = "DE"};

} // namespace

TEST_CASE("li: the letter of a set-up")
{
    CHECK(li::letter(Notice::set_up, active(), lka(), sender, {}, at("2026-11-22 13:31")) ==
          R"(Landeskriminalamt
Dezernat 54
Telefon 030 1

22.11.2026 13:31:00 MEZ

VERTRAULICH

Einrichtung einer Überwachungsmaßnahme (§ 5 Abs. 5 TKÜV)

Referenznummer:             LKA-17
Anordnung:                  AG Musterstadt
Aktenzeichen:               1 Gs 17/26
Adresse:                    Anna@Müller.example
Anmeldename:                anna
Angeordneter Beginn:        22.11.2026 14:00:00 MEZ
Angeordnetes Ende:          22.02.2027 14:00:00 MEZ
Tatsächlich eingerichtet:   22.11.2026 13:30:00 MEZ
Umfang:                     Ereignisdaten und Inhalt

Betreiber:                  sponts
Netzelement:                sponts-1
)");
}

TEST_CASE("li: other letters say what matters")
{
    li::Measure measure = active();
    const auto text = [&](Notice notice, Time now,
                          const li::Disturbance& disturbance = {}) {
        return li::letter(notice, measure, lka(), sender, disturbance, now);
    };
    li::Disturbance disturbance;
    disturbance.kind = "Leitung";
    disturbance.effect = "kein Inhalt";
    disturbance.begin = at("2026-12-01 10:00");
    const std::string broken =
        text(Notice::disturbance, at("2026-12-01 11:00"), disturbance);
    CHECK(broken.contains("Voraussichtliches Ende:     noch nicht bekannt\n"));
    CHECK(broken.contains("Behoben:                    noch nicht\n"));
    CHECK(broken.contains("(§ 13 TKÜV)"));
    CHECK(text(Notice::change, at("2026-12-01"))
              .contains("Zustand:                    eingerichtet"));
    CHECK(text(Notice::end, at("2027-03-01"))
              .contains("Tatsächlich abgeschaltet:   22.02.2027 14:00:00 MEZ\n"
                        "Grund:                      Ablauf der Anordnung\n"));
    REQUIRE(li::end(measure, at("2026-12-24"), "two", "aufgehoben").has_value());
    measure.test = true;
    const std::string ended = text(Notice::end, at("2027-03-01"));
    CHECK(ended.contains("24.12.2026 00:00:00 MEZ"));
    CHECK(ended.contains("aufgehoben"));
    CHECK(ended.contains("§ 23 TKÜV"));
}

TEST_CASE("li: when there is nothing to tell")
{
    const li::Measure measure = active();
    const Time now = at("2026-12-01");
    CHECK_FALSE(li::nothing_to_tell(Notice::set_up, measure, now));
    CHECK_FALSE(li::nothing_to_tell(Notice::change, measure, now));
    CHECK(li::nothing_to_tell(Notice::end, measure, now));
    CHECK_FALSE(li::nothing_to_tell(Notice::end, measure, at("2027-03-01")));
    CHECK(li::nothing_to_tell(Notice::change, measure, at("2027-03-01")));
    CHECK(li::nothing_to_tell(Notice::set_up, li::Measure{}, now));
}

TEST_CASE("li: notices as PDUs")
{
    li::Measure measure = active();
    const Time now = at("2026-12-01 10:00");
    li::Disturbance disturbance;
    disturbance.kind = "Leitung";
    disturbance.effect = std::string(500, 'x');
    disturbance.begin = now;
    for (const Notice notice :
         {Notice::set_up, Notice::change, Notice::end, Notice::disturbance}) {
        const auto pdu = li::notice_pdu(notice, measure, sender, disturbance, 7, now);
        REQUIRE(pdu);
        CHECK(pdu->contains("LKA-17"));
    }
    // UTCTime and local time of the activation: see lib/etsi for every octet.
    CHECK(li::notice_pdu(Notice::set_up, measure, sender, {}, 0, now)
              ->contains("20261122133000"));
    for (int i = 0; i < 64; ++i)
        measure.identities.push_back({li::Kind::login, std::string(60, 'a'), "a"});
    CHECK(li::notice_pdu(Notice::set_up, measure, sender, {}, 0, now));
    measure.reference = std::string(26, 'a');
    CHECK_FALSE(li::notice_pdu(Notice::set_up, measure, sender, {}, 0, now));
}
