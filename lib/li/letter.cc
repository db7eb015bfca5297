// SPDX-License-Identifier: Apache-2.0
// li/letter.cc - letters to authorities; see li/notice.h.
#include "li/life.h"
#include "li/notice.h"
#include "li/words.h"

#include <fmt/format.h>

#include <algorithm>

namespace li {

namespace {

constexpr std::string_view original_missing =
    "Original nicht binnen einer Woche eingegangen";
constexpr std::string_view period_over = "Ablauf der Anordnung";

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

std::string source(const std::string& court, const std::string& file_number)
{
    return court + (court.empty() || file_number.empty() ? "" : ", ") + file_number;
}

// As it was when it was set up: what has prolonged it since then is another letter's.
Measure as_set_up(const Measure& measure)
{
    Measure out = measure;
    const auto prolonged = std::ranges::count_if(out.life.changes, [&](const Change& it) {
        return it.kind == ChangeKind::extension && it.time <= out.life.activated;
    });
    const auto orders = static_cast<std::size_t>(prolonged) + 1;
    out.orders.resize(std::min(out.orders.size(), orders));
    return out;
}

// The one that the measure was set up by, and the one it goes on by.
void order_lines(std::string& out, const Measure& measure)
{
    if (measure.orders.empty())
        return;
    const Order& first = measure.orders.front();
    const Order& last = measure.orders.back();
    line(out, "Anordnung", first.court);
    line(out, "Aktenzeichen", first.file_number);
    if (measure.orders.size() > 1)
        line(out, "Verlängert durch", source(last.court, last.file_number));
}

void identity_lines(std::string& out, const Measure& measure)
{
    for (const Identity& identity : measure.identities)
        line(out, std::string(german(identity.kind)), identity.entered);
}

std::string reason_of(const Measure& measure, Time now)
{
    const std::string& reason = measure.life.end_reason;
    if (measure.life.ended != 0 && measure.life.ended <= now)
        return reason == "period-over"        ? std::string(period_over)
               : reason == "original-missing" ? std::string(original_missing)
                                              : reason;
    return std::string(end_of(measure) < ordered_end(measure) ? original_missing
                                                              : period_over);
}

void period_lines(std::string& out, const Measure& measure)
{
    line(out, "Angeordneter Beginn", official_german(begin_of(measure)));
    line(out, "Angeordnetes Ende", official_german(ordered_end(measure)));
    if (provisional(measure))
        line(out, "Ende ohne Original", official_german(end_of(measure)));
}

std::string or_else(Time time, std::string_view otherwise)
{
    return time == 0 ? std::string(otherwise) : official_german(time);
}

void set_up_lines(std::string& out, const Measure& measure, Time effective, bool over)
{
    period_lines(out, measure);
    line(out, "Tatsächlich eingerichtet",
         or_else(effective, over ? "nicht wirksam geworden" : "noch nicht wirksam"));
    line(out, "Umfang", german(measure.scope));
}

std::string streams_of(const Measure& measure, const Change& change)
{
    const bool content = change.cc && measure.scope == Scope::iri_and_cc;
    return change.iri && content ? "Ereignisdaten und Inhalt"
           : content             ? "Inhalt"
                                 : "Ereignisdaten";
}

void change_lines(std::string& out, const Measure& measure, const Change& change)
{
    line(out, "Änderung", german(change.kind));
    line(out, "Geändert", official_german(change.time));
    if (change.kind == ChangeKind::extension) {
        line(out, "Bisheriges Ende", official_german(change.old_end));
        line(out, "Neues Ende", official_german(change.new_end));
        line(out, "Aufgrund der Anordnung", source(change.court, change.file_number));
    }
    if (change.kind == ChangeKind::lapse) {
        line(out, "Neues Ende", official_german(change.new_end));
        line(out, "Betrifft", source(change.court, change.file_number));
        line(out, "Grund", original_missing);
    }
    if (change.kind == ChangeKind::redirection)
        line(out, "Betrifft", streams_of(measure, change));
    out += '\n';
}

std::string place_of(const Destination& where)
{
    if (where.method == Method::cd)
        return std::string(german(where.method));
    return fmt::format("{} {}{}{}", german(where.method), to_text(where.peer),
                       where.directory.empty() ? "" : " ", where.directory);
}

void destination_lines(std::string& out, const Measure& measure)
{
    line(out, "Ereignisdaten an", place_of(measure.iri));
    if (measure.scope == Scope::iri_and_cc)
        line(out, "Inhalt an", place_of(measure.cc.value_or(measure.iri)));
}

void state_lines(std::string& out, const Measure& measure, Time now)
{
    const std::vector<Change> changes = untold_changes(measure, now);
    if (change_is_told(measure, now))
        line(out, "Bereits mitgeteilt", official_german(measure.life.told_change));
    if (!changes.empty())
        out += '\n';
    for (const Change& change : changes)
        change_lines(out, measure, change);
    line(out, "Stand", official_german(now));
    line(out, "Zustand", german(state_at(measure, now)));
    period_lines(out, measure);
    line(out, "Umfang", german(measure.scope));
    if (std::ranges::find(changes, ChangeKind::redirection, &Change::kind) != changes.end())
        destination_lines(out, measure);
}

void pause_lines(std::string& out, const Measure& measure)
{
    for (const Pause& pause : measure.life.pauses)
        line(out, "Ausgesetzt",
             fmt::format("{} bis {}", official_german(pause.from),
                         official_german(pause.to == 0 ? actual_end(measure) : pause.to)));
}

void end_lines(std::string& out, const Measure& measure, Time effective, Time now)
{
    period_lines(out, measure);
    line(out, "Tatsächlich eingerichtet", or_else(effective, "nicht wirksam geworden"));
    pause_lines(out, measure);
    line(out, "Tatsächlich abgeschaltet", official_german(actual_end(measure)));
    if (const std::string reason = reason_of(measure, now); !reason.empty())
        line(out, "Grund", reason);
}

void disturbance_lines(std::string& out, const Disturbance& disturbance)
{
    line(out, "Art der Störung", disturbance.kind);
    line(out, "Auswirkung", disturbance.effect);
    line(out, "Beginn der Störung", official_german(disturbance.begin));
    if (disturbance.recovered == 0)
        line(out, "Voraussichtliches Ende",
             or_else(disturbance.expected_end, "noch nicht bekannt"));
    line(out, "Behoben", or_else(disturbance.recovered, "noch nicht"));
}

void body(std::string& out, const Occasion& occasion, const Measure& measure, Time now)
{
    switch (occasion.notice) {
    case Notice::set_up:
        return set_up_lines(out, as_set_up(measure), occasion.effective,
                            !next_change(measure, now));
    case Notice::change:
        return state_lines(out, measure, now);
    case Notice::end:
        return end_lines(out, measure, occasion.effective, now);
    case Notice::disturbance:
        return disturbance_lines(out, occasion.disturbance);
    }
}

const std::string& first_of(const std::string& own, const std::string& general)
{
    return own.empty() ? general : own;
}

} // namespace

std::string letter(const Occasion& occasion, const Measure& measure,
                   const Authority& authority, const Sender& sender, Time now)
{
    std::string out = authority.title.empty() ? authority.name : authority.title;
    out += '\n';
    if (!authority.contact.empty())
        out += authority.contact + '\n';
    if (!authority.phone.empty())
        out += "Telefon " + authority.phone + '\n';
    out += fmt::format("\n{}\n\nVERTRAULICH\n\n{} ({})\n\n", official_german(now),
                       subject(occasion.notice), law(occasion.notice));
    line(out, "Referenznummer", measure.reference);
    order_lines(out, occasion.notice == Notice::set_up ? as_set_up(measure) : measure);
    identity_lines(out, measure);
    body(out, occasion, measure, now);
    if (measure.test)
        line(out, "Hinweis", "Probebetrieb nach § 23 TKÜV");
    out += '\n';
    line(out, "Betreiber", first_of(measure.operator_id, sender.operator_id));
    line(out, "Netzelement", first_of(measure.network_element, sender.network_element));
    return out;
}

} // namespace li
