// SPDX-License-Identifier: Apache-2.0
#include "li/notice.h"

#include "etsi/pdu.h"
#include "li/life.h"
#include "li/words.h"

#include <fmt/format.h>

namespace li {

namespace {

std::string_view subject(Notice notice)
{
    switch (notice) {
    case Notice::set_up:
        return "Einrichtung einer Überwachungsmaßnahme";
    case Notice::change:
        return "Änderung einer Überwachungsmaßnahme";
    case Notice::end:
        return "Abschaltung einer Überwachungsmaßnahme";
    case Notice::disturbance:
        return "Störung einer Überwachungsmaßnahme";
    }
    return "";
}

std::string_view law(Notice notice)
{
    return notice == Notice::disturbance ? "§ 13 TKÜV" : "§ 5 Abs. 5 TKÜV";
}

void line(std::string& out, std::string_view name, std::string_view value)
{
    out += fmt::format("{:<28}{}\n", fmt::format("{}:", name), value);
}

void identity_lines(std::string& out, const Measure& measure)
{
    for (const Identity& identity : measure.identities)
        line(out, std::string(german(identity.kind)), identity.entered);
}

std::string reason_of(const Measure& measure, Time now)
{
    if (measure.life.ended != 0 && measure.life.ended <= now)
        return measure.life.end_reason == "period-over"        ? "Ablauf der Anordnung"
               : measure.life.end_reason == "original-missing" ? "Original nicht binnen "
                                                                 "einer Woche eingegangen"
                                                               : measure.life.end_reason;
    return end_of(measure) < ordered_end(measure)
               ? "Original nicht binnen einer Woche eingegangen"
               : "Ablauf der Anordnung";
}

Time actual_end(const Measure& measure)
{
    return measure.life.ended != 0 ? measure.life.ended : end_of(measure);
}

void period_lines(std::string& out, const Measure& measure)
{
    line(out, "Angeordneter Beginn", official_german(begin_of(measure)));
    line(out, "Angeordnetes Ende", official_german(ordered_end(measure)));
    if (provisional(measure))
        line(out, "Ende ohne Original", official_german(end_of(measure)));
}

std::string or_unknown(Time time)
{
    return time == 0 ? "noch nicht bekannt" : official_german(time);
}

void body(std::string& out, Notice notice, const Measure& measure,
          const Disturbance& disturbance, Time now)
{
    switch (notice) {
    case Notice::set_up:
        period_lines(out, measure);
        line(out, "Tatsächlich eingerichtet", official_german(measure.life.activated));
        line(out, "Umfang", german(measure.scope));
        break;
    case Notice::change:
        period_lines(out, measure);
        line(out, "Zustand", german(state_at(measure, now)));
        line(out, "Stand", official_german(now));
        line(out, "Umfang", german(measure.scope));
        break;
    case Notice::end:
        period_lines(out, measure);
        line(out, "Tatsächlich abgeschaltet", official_german(actual_end(measure)));
        if (const std::string reason = reason_of(measure, now); !reason.empty())
            line(out, "Grund", reason);
        break;
    case Notice::disturbance:
        line(out, "Art der Störung", disturbance.kind);
        line(out, "Auswirkung", disturbance.effect);
        line(out, "Beginn der Störung", official_german(disturbance.begin));
        line(out, "Voraussichtliches Ende", or_unknown(disturbance.expected_end));
        line(out, "Behoben",
             disturbance.recovered == 0 ? "noch nicht"
                                        : official_german(disturbance.recovered));
        break;
    }
}

etsi::MicroTime micro(Time time)
{
    return etsi::MicroTime::from_microseconds(static_cast<std::uint64_t>(time));
}

etsi::Hi1Time hi1_time(Time time)
{
    etsi::Hi1Time out;
    out.time = micro(time);
    const bool summer = official(time).ends_with("+02:00");
    out.offset_minutes = summer ? 120 : 60;
    out.season = summer ? etsi::Season::summer : etsi::Season::winter;
    return out;
}

// The identities, as many as there is room for.
std::string target_information(const Measure& measure)
{
    std::string out;
    for (const Identity& identity : measure.identities) {
        const std::size_t more = identity.entered.size() + (out.empty() ? 0 : 2);
        if (out.size() + more > etsi::most_target_information)
            break;
        out += (out.empty() ? "" : ", ") + identity.entered;
    }
    return out;
}

Time time_of(Notice notice, const Measure& measure, Time now)
{
    switch (notice) {
    case Notice::set_up:
        return measure.life.activated;
    case Notice::end:
        return actual_end(measure);
    case Notice::change:
    case Notice::disturbance:
        break;
    }
    return now;
}

etsi::Hi1Kind hi1_kind(Notice notice)
{
    switch (notice) {
    case Notice::set_up:
        return etsi::Hi1Kind::activated;
    case Notice::end:
        return etsi::Hi1Kind::deactivated;
    case Notice::change:
    case Notice::disturbance:
        break;
    }
    return etsi::Hi1Kind::modified;
}

std::string alarm_text(const Disturbance& disturbance)
{
    std::string text = disturbance.kind + ": " + disturbance.effect;
    if (disturbance.recovered != 0)
        text += ", behoben " + official(disturbance.recovered);
    std::size_t room = etsi::most_alarm_information;
    if (text.size() <= room)
        return text;
    while (room > 0 && (text[room] & 0xc0) == 0x80) // not within a character
        --room;
    return text.substr(0, room);
}

// The HI1 module takes five octets of it only.
std::string short_operator(const std::string& operator_id)
{
    return operator_id.substr(0, etsi::most_hi1_operator);
}

etsi::Hi1Operation operation(Notice notice, const Measure& measure, const Sender& sender,
                             const Disturbance& disturbance, Time now)
{
    if (notice == Notice::disturbance) {
        etsi::AlarmIndicator alarm;
        alarm.operator_id = short_operator(sender.operator_id);
        alarm.time = hi1_time(disturbance.begin);
        alarm.alarm_information = alarm_text(disturbance);
        alarm.liid = measure.reference;
        return alarm;
    }
    etsi::Hi1Notification note;
    note.kind = hi1_kind(notice);
    note.liid = measure.reference;
    note.operator_id = short_operator(sender.operator_id);
    note.time = hi1_time(time_of(notice, measure, now));
    note.target_information = target_information(measure);
    return note;
}

const std::string& first_of(const std::string& own, const std::string& general)
{
    return own.empty() ? general : own;
}

} // namespace

std::optional<std::string> nothing_to_tell(Notice notice, const Measure& measure, Time now)
{
    const State state = state_at(measure, now);
    const bool over = state == State::expired || state == State::cancelled;
    if (measure.life.activated == 0)
        return "the measure was never activated";
    if (notice == Notice::end && !over)
        return "the measure has not ended";
    if (notice == Notice::change && over)
        return "the measure has ended";
    return std::nullopt;
}

std::string letter(Notice notice, const Measure& measure, const Authority& authority,
                   const Sender& sender, const Disturbance& disturbance, Time now)
{
    std::string out = authority.title.empty() ? authority.name : authority.title;
    out += '\n';
    if (!authority.contact.empty())
        out += authority.contact + '\n';
    if (!authority.phone.empty())
        out += "Telefon " + authority.phone + '\n';
    out += fmt::format("\n{}\n\nVERTRAULICH\n\n{} ({})\n\n", official_german(now),
                       subject(notice), law(notice));
    line(out, "Referenznummer", measure.reference);
    if (!measure.orders.empty()) {
        line(out, "Anordnung", measure.orders.back().court);
        line(out, "Aktenzeichen", measure.orders.back().file_number);
    }
    identity_lines(out, measure);
    body(out, notice, measure, disturbance, now);
    if (measure.test)
        line(out, "Hinweis", "Probebetrieb nach § 23 TKÜV");
    out += '\n';
    line(out, "Betreiber", first_of(measure.operator_id, sender.operator_id));
    line(out, "Netzelement", first_of(measure.network_element, sender.network_element));
    return out;
}

std::expected<std::string, std::string> notice_pdu(Notice notice, const Measure& measure,
                                                   const Sender& sender,
                                                   const Disturbance& disturbance,
                                                   std::uint32_t sequence, Time now)
{
    etsi::PsHeader header;
    header.version = measure.header_version;
    header.liid = measure.reference;
    header.authorization_country = first_of(measure.country_authorisation, sender.country);
    header.operator_id = first_of(measure.operator_id, sender.operator_id);
    header.network_element = first_of(measure.network_element, sender.network_element);
    header.delivery_country = first_of(measure.country_delivery, sender.country);
    header.sequence_number = sequence;
    header.interception_point =
        first_of(measure.interception_point, sender.interception_point);
    header.time = micro(now);
    header.qualifier = etsi::TimeQualifier::mediation;
    auto bytes =
        etsi::encode({header, operation(notice, measure, sender, disturbance, now)});
    if (!bytes)
        return std::unexpected(bytes.error().text());
    return *std::move(bytes);
}

} // namespace li
