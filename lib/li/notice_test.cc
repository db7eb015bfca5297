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
    const li::Occasion occasion{.notice = Notice::set_up,
                                .effective = at("2026-11-22 13:30:20")};
    CHECK(li::letter(occasion, active(), lka(), sender, at("2026-11-22 13:31")) ==
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
Tatsächlich eingerichtet:   22.11.2026 13:30:20 MEZ
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
        return li::letter({.notice = notice, .disturbance = disturbance}, measure, lka(),
                          sender, now);
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
    disturbance.expected_end = at("2026-12-02 10:00");
    CHECK(text(Notice::disturbance, at("2026-12-01 11:00"), disturbance)
              .contains("Voraussichtliches Ende:     02.12.2026 10:00:00 MEZ\n"));
    disturbance.recovered = at("2026-12-01 10:30");
    const std::string mended =
        text(Notice::disturbance, at("2026-12-01 11:00"), disturbance);
    CHECK(mended.contains("Behoben:                    01.12.2026 10:30:00 MEZ\n"));
    CHECK_FALSE(mended.contains("Voraussichtliches Ende:"));
    CHECK(text(Notice::end, at("2027-03-01"))
              .contains("Tatsächlich eingerichtet:   nicht wirksam geworden\n"
                        "Tatsächlich abgeschaltet:   22.02.2027 14:00:00 MEZ\n"
                        "Grund:                      Ablauf der Anordnung\n"));
    REQUIRE(li::end(measure, at("2026-12-24"), "two", "aufgehoben").has_value());
    measure.test = true;
    const std::string ended = text(Notice::end, at("2027-03-01"));
    CHECK(ended.contains("24.12.2026 00:00:00 MEZ"));
    CHECK(ended.contains("aufgehoben"));
    CHECK(ended.contains("§ 23 TKÜV"));
}

TEST_CASE("li: the letter of a set-up before the servers were told")
{
    const std::string text =
        li::letter({.notice = Notice::set_up}, active(), lka(), sender, at("2026-11-22"));
    CHECK(text.contains("Tatsächlich eingerichtet:   noch nicht wirksam\n"));
    CHECK_FALSE(text.contains("13:30:00"));
    // Then it has ended.
    CHECK(li::letter({.notice = Notice::set_up}, active(), lka(), sender, at("2027-03-01"))
              .contains("Tatsächlich eingerichtet:   nicht wirksam geworden\n"));
    CHECK_FALSE(li::notice_pdu({.notice = Notice::set_up}, active(), sender, 0, 1));
}

li::Order extension(Time end)
{
    li::Order order;
    order.court = "LG Musterstadt";
    order.file_number = "2 Qs 9/27";
    order.end = end;
    return order;
}

TEST_CASE(
    "li: the letter of a set-up names what it was set up by, however late it is written")
{
    li::Measure measure = active();
    REQUIRE(li::extend(measure, at("2027-01-01"), extension(at("2027-04-01"))).has_value());
    const std::string late =
        li::letter({.notice = Notice::set_up}, measure, lka(), sender, at("2027-03-01"));
    CHECK(late.contains("Aktenzeichen:               1 Gs 17/26\n"));
    CHECK(late.contains("Angeordnetes Ende:          22.02.2027 14:00:00 MEZ\n"));
    CHECK_FALSE(late.contains("2 Qs 9/27"));
    CHECK(li::letter({.notice = Notice::end}, measure, lka(), sender, at("2027-05-01"))
              .contains("Aktenzeichen:               1 Gs 17/26\n"
                        "Verlängert durch:           LG Musterstadt, 2 Qs 9/27\n"));
    // It was prolonged already when it was set up.
    measure.life.activated = at("2027-01-02");
    CHECK(li::letter({.notice = Notice::set_up}, measure, lka(), sender, at("2027-03-01"))
              .contains("Angeordnetes Ende:          01.04.2027 00:00:00 MESZ\n"));
}

TEST_CASE("li: the letter of a change says what was changed, when, and by which order")
{
    li::Measure measure = active();
    measure.life.told_begin = at("2026-11-22 15:00");
    measure.iri.peer = {"192.0.2.9", 21};
    REQUIRE(li::extend(measure, at("2027-01-01"), extension(at("2027-04-01"))).has_value());
    li::Measure moved = measure;
    moved.cc = measure.iri;
    moved.cc->peer = {"192.0.2.10", 22};
    moved.cc->method = li::Method::sftp;
    moved.cc->directory = "/in";
    REQUIRE(li::redirect(measure, at("2027-01-02"), moved).has_value());
    REQUIRE(li::suspend(measure, at("2027-01-03")).has_value());
    const auto changed = [&](Time now) {
        return li::letter({.notice = Notice::change}, measure, lka(), sender, now);
    };
    const std::string first = changed(at("2027-01-04"));
    CHECK(first.contains("\n"
                         "Änderung:                   Verlängerung\n"
                         "Geändert:                   01.01.2027 00:00:00 MEZ\n"
                         "Bisheriges Ende:            22.02.2027 14:00:00 MEZ\n"
                         "Neues Ende:                 01.04.2027 00:00:00 MESZ\n"
                         "Aufgrund der Anordnung:     LG Musterstadt, 2 Qs 9/27\n"
                         "\n"
                         "Änderung:                   anderes Ziel der Übermittlung\n"
                         "Geändert:                   02.01.2027 00:00:00 MEZ\n"
                         "Betrifft:                   Inhalt\n"
                         "\n"
                         "Änderung:                   Aussetzung\n"
                         "Geändert:                   03.01.2027 00:00:00 MEZ\n"
                         "\n"
                         "Stand:                      04.01.2027 00:00:00 MEZ\n"
                         "Zustand:                    ausgesetzt\n"));
    CHECK(first.contains("Ereignisdaten an:           FTP 192.0.2.9:21\n"
                         "Inhalt an:                  SFTP 192.0.2.10:22 /in\n"));
    measure.life.told_change = at("2027-01-04");
    CHECK_FALSE(first.contains("Bereits mitgeteilt"));
    const std::string copy = changed(at("2027-01-05")); // nothing is new: all
    CHECK(copy.contains("Bereits mitgeteilt:         04.01.2027 00:00:00 MEZ\n\n"));
    CHECK(copy.contains("Verlängerung\n"));
    REQUIRE(li::resume(measure, at("2027-01-06")).has_value());
    const std::string second = changed(at("2027-01-07"));
    CHECK(second.contains("Änderung:                   Fortsetzung\n"));
    CHECK_FALSE(second.contains("Änderung:                   Verlängerung\n"));
    CHECK_FALSE(second.contains("Inhalt an:"));
    CHECK_FALSE(second.contains("Bereits mitgeteilt"));
}

TEST_CASE("li: that an extension has lapsed is a change")
{
    li::Measure measure = active();
    li::Order order = extension(at("2027-04-01"));
    order.channel = li::Channel::fax;
    order.received = at("2027-01-01");
    REQUIRE(li::extend(measure, at("2027-01-01"), order).has_value());
    CHECK(li::last_change(measure, at("2027-01-07")) == at("2027-01-01"));
    CHECK(li::last_change(measure, at("2027-01-09")) == at("2027-01-08"));
    measure.life.told_change = at("2027-01-02");
    const std::string text =
        li::letter({.notice = Notice::change}, measure, lka(), sender, at("2027-01-09"));
    CHECK(text.contains("\n"
                        "Änderung:                   Verlängerung hinfällig\n"
                        "Geändert:                   08.01.2027 00:00:00 MEZ\n"
                        "Neues Ende:                 22.02.2027 14:00:00 MEZ\n"
                        "Betrifft:                   LG Musterstadt, 2 Qs 9/27\n"
                        "Grund:                      Original nicht binnen einer Woche "
                        "eingegangen\n"
                        "\n"));
    CHECK_FALSE(text.contains("Änderung:                   Verlängerung\n"));
    CHECK(li::notice_pdu({.notice = Notice::change}, measure, sender, 7, at("2027-01-09"))
              ->contains("20270108000000"));
    // Of a measure that has ended by then the end says it.
    li::Measure ended = measure;
    REQUIRE(li::end(ended, at("2027-01-05"), "two", "aufgehoben").has_value());
    CHECK(li::last_change(ended, at("2027-01-09")) == at("2027-01-01"));
    measure.orders[0].end = at("2027-01-06");
    CHECK(li::last_change(measure, at("2027-01-09")) == at("2027-01-01"));
}

TEST_CASE("li: the letter of the end has the pauses")
{
    li::Measure measure = active();
    REQUIRE(li::suspend(measure, at("2026-12-01")).has_value());
    REQUIRE(li::resume(measure, at("2026-12-02")).has_value());
    REQUIRE(li::suspend(measure, at("2027-01-03")).has_value());
    const auto text = [&] {
        return li::letter({.notice = Notice::end}, measure, lka(), sender,
                          at("2027-03-01"));
    };
    const std::string_view pauses =
        "Ausgesetzt:                 01.12.2026 00:00:00 MEZ bis 02.12.2026 00:00:00 MEZ\n"
        "Ausgesetzt:                 03.01.2027 00:00:00 MEZ bis 22.02.2027 14:00:00 MEZ\n"
        "Tatsächlich abgeschaltet:   22.02.2027 14:00:00 MEZ\n";
    CHECK(text().contains(pauses));
    REQUIRE(li::settle(measure, at("2027-03-01")));
    CHECK(text().contains(pauses));
}

TEST_CASE("li: which destinations a redirection is about")
{
    li::Measure measure = active();
    const auto redirected = [&](auto alter) {
        li::Measure to = measure;
        alter(to);
        REQUIRE(li::redirect(measure, at("2026-12-01"), to).has_value());
        CHECK(measure.iri == to.iri);
        CHECK(measure.cc == to.cc);
        CHECK(measure.profile == to.profile);
        const li::Change& change = measure.life.changes.back();
        return std::pair(change.iri, change.cc);
    };
    using Both = std::pair<bool, bool>;
    CHECK(redirected([](auto& to) { to.iri.password = "new"; }) == Both(true, true));
    CHECK(redirected([](auto& to) { to.cc = to.iri; }) == Both(false, false));
    CHECK(redirected([](auto& to) { to.iri.directory = "x"; }) == Both(true, false));
    CHECK(redirected([](auto& to) { to.cc->directory = "y"; }) == Both(false, true));
    CHECK(redirected([](auto& to) { to.profile = li::Profile::cd; }) == Both(true, true));
    CHECK(measure.life.changed == at("2026-12-01"));
}

TEST_CASE("li: when there is nothing to tell")
{
    li::Measure measure = active();
    const Time now = at("2026-12-01");
    CHECK_FALSE(li::nothing_to_tell(Notice::set_up, measure, now));
    CHECK(li::nothing_to_tell(Notice::change, measure, now) == "nothing was changed");
    REQUIRE(li::suspend(measure, now).has_value());
    CHECK_FALSE(li::nothing_to_tell(Notice::change, measure, now));
    CHECK(li::nothing_to_tell(Notice::end, measure, now));
    CHECK_FALSE(li::nothing_to_tell(Notice::end, measure, at("2027-03-01")));
    // What was not told yet is still to be told when the measure has ended.
    CHECK_FALSE(li::nothing_to_tell(Notice::change, measure, at("2027-03-01")));
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
    const auto pdu_of = [&](const li::Occasion& occasion) {
        return li::notice_pdu(occasion, measure, sender, 7, now);
    };
    const li::Occasion set_up{.notice = Notice::set_up,
                              .effective = at("2026-11-22 13:30:20")};
    for (const Notice notice :
         {Notice::set_up, Notice::change, Notice::end, Notice::disturbance}) {
        const auto pdu = pdu_of(
            {.notice = notice, .effective = set_up.effective, .disturbance = disturbance});
        REQUIRE(pdu);
        CHECK(pdu->contains("LKA-17"));
    }
    // Local time of the effect, and of a change: see lib/etsi for every octet.
    CHECK(pdu_of(set_up)->contains("20261122133020"));
    CHECK(pdu_of({.notice = Notice::change, .changed = at("2026-11-30 09:08:07")})
              ->contains("20261130090807"));
    REQUIRE(li::suspend(measure, at("2026-12-01 09:00")).has_value());
    CHECK(pdu_of({.notice = Notice::change})->contains("20261201090000"));
    // However long the effect is, an alarm says when it will be over.
    disturbance.expected_end = at("2026-12-02");
    CHECK(pdu_of({.notice = Notice::disturbance, .disturbance = disturbance})
              ->contains("x, voraussichtlich bis 2026-12-02T00:00:00+01:00"));
    disturbance.recovered = at("2026-12-01 11:00");
    CHECK(pdu_of({.notice = Notice::disturbance, .disturbance = disturbance})
              ->contains("x, behoben 2026-12-01T11:00:00+01:00"));
    for (int i = 0; i < 64; ++i)
        measure.identities.push_back({li::Kind::login, std::string(60, 'a'), "a"});
    CHECK(pdu_of(set_up));
    measure.reference = std::string(26, 'a');
    CHECK_FALSE(pdu_of(set_up));
}
