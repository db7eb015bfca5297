// SPDX-License-Identifier: Apache-2.0
#include "print.h"

#include "audit/measure_entry.h"
#include "li/proposal.h"
#include "li/words.h"
#include "office.h"
#include "text/json.h"

#include <fmt/format.h>

namespace tkuev {

namespace {

constexpr std::size_t short_digits = 8;

void line(std::ostream& out, std::string_view name, std::string_view value)
{
    if (!value.empty())
        out << fmt::format("{:<19} {}\n", fmt::format("{}:", name), value);
}

std::string missing_original(const li::Order& order, li::Time now)
{
    const li::Time due = order.received + li::advance_copy;
    return (now < due ? "missing, due " : "missing, was due ") + li::official(due) +
           (now < due ? "" : ": it counts no more");
}

void print_order(std::ostream& out, const li::Order& order, bool first, li::Time now)
{
    line(out, first ? "order" : "extension",
         fmt::format("{} {}, {}", order.court, order.file_number, li::german(order.basis)));
    line(out, "ordered", li::official(order.ordered));
    line(out, "begin", li::official(order.begin));
    line(out, "end", li::official(order.end));
    line(out, "received",
         fmt::format("{} ({})", li::official(order.received), li::name(order.channel)));
    if (order.channel != li::Channel::original)
        line(out, "original",
             order.original_received == 0 ? missing_original(order, now)
                                          : li::official(order.original_received));
    line(out, "order-digest", order.scan_digest);
}

void print_destination(std::ostream& out, std::string_view name,
                       const li::Destination& where)
{
    line(out, name, audit::destination_text(where));
    line(out, "user", where.user);
    line(out, "password", where.password.empty() ? "" : "(set)");
    if (where.method == li::Method::ftp || where.method == li::Method::ftps)
        line(out, "mode", where.passive ? "passive" : "active");
    line(out, "peer-key", where.peer_key);
}

void print_delivery(std::ostream& out, const li::Measure& measure)
{
    line(out, "ends", li::official(li::end_of(measure)));
    line(out, "scope", li::name(measure.scope));
    line(out, "profile",
         fmt::format("{}, {}, versions {} and {}{}", li::name(measure.profile),
                     li::name(measure.records), measure.header_version,
                     measure.email_version,
                     measure.seal_to_authority ? ", content sealed to the authority" : ""));
    print_destination(out, measure.cc ? "event data to" : "to", measure.iri);
    if (measure.cc)
        print_destination(out, "content to", *measure.cc);
}

void print_life(std::ostream& out, const li::Life& life)
{
    line(out, "entered", li::official(life.entered));
    line(out, "approved", li::official(life.approved));
    line(out, "activated", li::official(life.activated));
    for (const li::Pause& pause : life.pauses)
        line(out, "paused", li::official(pause.from) + " - " + li::official(pause.to));
    line(out, "ended", li::official(life.ended));
    line(out, "reason", life.end_reason);
    line(out, "told of set-up", li::official(life.told_begin));
    line(out, "changed", li::official(life.changed));
    line(out, "told of change", li::official(life.told_change));
    line(out, "told of disturbance", li::official(life.told_disturbance));
    line(out, "told of end", li::official(life.told_end));
    line(out, "forgotten", li::official(life.forgotten));
}

void put_time(text::JsonWriter& out, std::string_view name, li::Time time)
{
    if (time != 0)
        out.member(name, li::official(time));
}

void put_destination(text::JsonWriter& out, std::string_view name,
                     const li::Destination& where)
{
    out.key(name).begin_object();
    out.member("method", li::name(where.method));
    out.member("host", where.peer.host).member("port", where.peer.port);
    out.key("standby").begin_array();
    for (const li::Peer& peer : where.standby)
        out.begin_object().member("host", peer.host).member("port", peer.port).end_object();
    out.end_array();
    out.member("user", where.user).member("password", !where.password.empty());
    out.member("directory", where.directory).member("passive", where.passive);
    out.member("peer-key", where.peer_key);
    out.end_object();
}

void put_delivery(text::JsonWriter& out, const li::Measure& measure)
{
    out.member("provisional", li::provisional(measure));
    out.member("scope", li::name(measure.scope));
    out.member("profile", li::name(measure.profile));
    out.member("records", li::name(measure.records));
    out.member("header-version", measure.header_version);
    out.member("email-version", measure.email_version);
    out.member("seal-content", measure.seal_to_authority);
    out.member("all-recipients", measure.all_recipients);
    put_destination(out, "iri", measure.iri);
    if (measure.cc)
        put_destination(out, "cc", *measure.cc);
}

void put_order(text::JsonWriter& out, const li::Order& order)
{
    out.begin_object();
    out.member("legal-basis", li::name(order.basis)).member("court", order.court);
    out.member("file-number", order.file_number);
    put_time(out, "ordered", order.ordered);
    out.member("channel", li::name(order.channel));
    put_time(out, "received", order.received);
    put_time(out, "original-received", order.original_received);
    out.member("order-digest", order.scan_digest);
    put_time(out, "begin", order.begin);
    put_time(out, "end", order.end);
    out.end_object();
}

void put_life(text::JsonWriter& out, const li::Life& life)
{
    put_time(out, "entered", life.entered);
    put_time(out, "approved", life.approved);
    put_time(out, "activated", life.activated);
    put_time(out, "ended", life.ended);
    out.member("reason", life.end_reason);
    put_time(out, "told-begin", life.told_begin);
    put_time(out, "changed", life.changed);
    put_time(out, "told-change", life.told_change);
    put_time(out, "told-disturbance", life.told_disturbance);
    put_time(out, "told-end", life.told_end);
    put_time(out, "forgotten", life.forgotten);
}

void put_proposals(text::JsonWriter& out, const li::Measure& measure, li::Time now)
{
    out.key("proposals").begin_array();
    for (const li::Proposal& proposal : measure.life.proposals)
        if (li::is_open(proposal, measure, now)) {
            out.begin_object().member("act", proposal.act);
            put_time(out, "proposed", proposal.time);
            put_time(out, "lapses", li::lapses(proposal));
            out.end_object();
        }
    out.end_array();
}

void put_identities(text::JsonWriter& out, const li::Measure& measure)
{
    out.key("identities").begin_array();
    for (const li::Identity& identity : measure.identities)
        out.begin_object()
            .member("kind", li::name(identity.kind))
            .member("entered", identity.entered)
            .member("canonical", identity.canonical)
            .end_object();
    out.end_array();
}

} // namespace

std::string short_name(const li::Measure& measure)
{
    return li::hex(measure.handle).substr(0, short_digits);
}

void print_faults(std::ostream& out, std::span<const li::Fault> faults, bool json)
{
    if (!json) {
        for (const li::Fault& fault : faults)
            out << fmt::format("{}: {}{}{}: {} / {}\n", fault.warning ? "warning" : "error",
                               fault.line > 0 ? fmt::format("line {}: ", fault.line) : "",
                               fault.section.empty() ? ""
                                                     : fmt::format("[{}] ", fault.section),
                               fault.field, fault.english, fault.german);
        return;
    }
    std::string text;
    text::JsonWriter writer(text);
    writer.begin_array();
    for (const li::Fault& fault : faults) {
        writer.begin_object();
        writer.member("field", fault.field);
        if (!fault.section.empty())
            writer.member("section", fault.section);
        writer.member("level", fault.warning ? "warning" : "error");
        writer.member("english", fault.english).member("german", fault.german);
        if (fault.line > 0)
            writer.member("line", fault.line);
        writer.end_object();
    }
    writer.end_array();
    out << text << '\n';
}

void print_measure(std::ostream& out, const li::Measure& measure, li::Time now)
{
    line(out, "measure", li::hex(measure.handle));
    line(out, "state",
         fmt::format("{} ({}){}", li::name(li::state_at(measure, now)),
                     li::german(li::state_at(measure, now)), measure.test ? ", test" : ""));
    line(out, "reference", measure.reference);
    line(out, "authority", measure.authority);
    for (const li::Identity& identity : measure.identities)
        line(out, li::name(identity.kind),
             identity.entered == identity.canonical
                 ? identity.entered
                 : identity.entered + " (" + identity.canonical + ")");
    line(out, "test-account", measure.test_account);
    for (const li::Order& order : measure.orders)
        print_order(out, order, &order == &measure.orders.front(), now);
    if (measure.life.forgotten == 0)
        print_delivery(out, measure);
    print_life(out, measure.life);
    for (const li::Proposal& proposal : measure.life.proposals)
        if (li::is_open(proposal, measure, now))
            line(out, "proposed",
                 fmt::format("{} at {}, lapses at {}", proposal.act,
                             li::official(proposal.time),
                             li::official(li::lapses(proposal))));
}

std::string json_of(const li::Measure& measure, li::Time now)
{
    std::string text;
    text::JsonWriter out(text);
    out.begin_object();
    out.member("measure", li::hex(measure.handle));
    out.member("state", li::name(li::state_at(measure, now)));
    out.member("reference", measure.reference).member("authority", measure.authority);
    put_identities(out, measure);
    out.member("test", measure.test).member("test-account", measure.test_account);
    out.key("orders").begin_array();
    for (const li::Order& order : measure.orders)
        put_order(out, order);
    out.end_array();
    put_time(out, "begin", li::begin_of(measure));
    put_time(out, "end", li::end_of(measure));
    if (measure.life.forgotten == 0)
        put_delivery(out, measure);
    put_life(out, measure.life);
    put_proposals(out, measure, now);
    out.end_object();
    return text;
}

} // namespace tkuev
