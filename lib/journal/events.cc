// SPDX-License-Identifier: Apache-2.0
#include "journal/events.h"

#include "base/log_line.h"
#include "journal/fields.h"
#include "journal/refusal_words.h"
#include "text/address_list.h"
#include "text/words.h"

#include <algorithm>
#include <string>
#include <utility>

namespace journal {

namespace {

using db::LoginOutcome;
using db::Outcome;

struct Line {
    std::int64_t time;
    std::string_view program;
    std::string_view id;
    std::string_view event;
    const Fields& fields;
};

using Events = std::vector<Event>;
using Rule = void (*)(const Line& line, Events& out);

std::string service_of(std::string_view program)
{
    if (program == "pop-proxy")
        return "pop3";
    if (program == "imap-proxy")
        return "imap";
    if (program == "ums-popd")
        return "ums";
    return program == "smtp-relayd" ? "smtp" : std::string(program);
}

db::JournalPeer peer_of(const Line& line)
{
    db::JournalPeer peer;
    peer.listener = line.fields["listener"];
    peer.client = line.fields["client"];
    peer.helo = line.fields["helo"];
    peer.tls = line.fields.but_none("tls");
    peer.protocol = line.fields["protocol"];
    peer.login = line.fields["login"];
    return peer;
}

// Whoever is in the line: a reply may name any of them.
std::vector<std::string> people_of(const Line& line)
{
    std::vector<std::string> all{line.fields["from"]};
    for (const std::string_view key : {"to", "original"}) {
        std::string_view list = line.fields[key];
        while (!list.empty())
            all.emplace_back(text::take_address(list));
    }
    return all;
}

// `to` and `original` name the same recipients in the same order.
template <Outcome outcome>
void results(const Line& line, Events& out)
{
    const auto id = spool::MessageId::parse(line.id);
    if (!id)
        return;
    db::JournalResult result;
    result.id = *id;
    result.time = line.time;
    result.outcome = outcome;
    const std::string& reply = line.fields["reply"];
    result.reply = reply.empty() ? line.fields["reason"] : reply;
    result.enhanced = parts_of(result.reply).enhanced;
    result.relay = line.fields.but_none("relay");
    result.tls = line.fields.but_none("tls");
    result.people = people_of(line);
    std::string_view to = line.fields["to"];
    std::string_view originals = line.fields["original"];
    while (!to.empty()) {
        result.address = text::take_address(to);
        result.original = text::take_address(originals);
        out.emplace_back(result);
    }
}

// By an operator: all who wait.  Withdrawn: whom the line names.
void deletion(const Line& line, Events& out)
{
    if (!line.fields["recipients"].empty())
        return results<Outcome::deleted>(line, out);
    if (const auto id = spool::MessageId::parse(line.id))
        out.emplace_back(db::JournalDeletion{*id, line.time});
}

void refusal(const Line& line, Events& out)
{
    const Fields& fields = line.fields;
    const ReplyParts reply = parts_of(fields["reply"]);
    db::JournalRefusal refusal;
    refusal.time = line.time;
    refusal.peer = peer_of(line);
    refusal.sender = fields["sender"];
    refusal.recipient = fields["recipient"];
    refusal.size = text::number_in<std::uint64_t>(fields["size"]).value_or(0);
    refusal.code = reply.code;
    refusal.enhanced = reply.enhanced;
    refusal.reply = reply.text;
    refusal.reason = word_for(reply.enhanced, line.event);
    out.emplace_back(std::move(refusal));
}

// Before it could say what it wanted, or because our disk could not.
template <int code>
void turned_away(const Line& line, Events& out)
{
    db::JournalRefusal refusal;
    refusal.time = line.time;
    refusal.peer = peer_of(line);
    refusal.sender = line.fields["sender"];
    refusal.code = code;
    const std::string& limit = line.fields["limit"];
    refusal.reason = limit.empty() ? std::string(line.event) : limit;
    const std::string& reason = line.fields["reason"];
    refusal.reply = reason.empty() ? line.fields["error"] : reason;
    out.emplace_back(std::move(refusal));
}

template <LoginOutcome outcome>
void login(const Line& line, Events& out)
{
    const Fields& fields = line.fields;
    db::JournalLogin login;
    login.time = line.time;
    login.service = service_of(line.program);
    login.peer = peer_of(line);
    login.peer.login = fields["user"];
    login.outcome = outcome;
    login.mechanism = fields["mechanism"];
    login.backend = fields["backend"];
    const std::string& kind = fields["kind"];
    const std::string& why =
        outcome == LoginOutcome::unavailable ? fields["error"] : fields["reason"];
    login.reason = kind.empty() ? why : kind;
    out.emplace_back(std::move(login));
}

// In the order of wanted_events.
constexpr Rule rules[] = {
    turned_away<421>,                 // client-refused
    results<Outcome::waiting>,        // deferred
    deletion,                         // deleted
    results<Outcome::delivered>,      // delivered
    results<Outcome::expired>,        // expired
    results<Outcome::failed>,         // failed
    login<LoginOutcome::accepted>,    // login-accepted
    login<LoginOutcome::refused>,     // login-refused
    login<LoginOutcome::unavailable>, // login-unavailable
    turned_away<451>,                 // message-not-stored
    refusal,                          // message-refused
    refusal,                          // recipient-refused
    results<Outcome::forwarded>,      // replaced
    refusal,                          // sender-refused
};
static_assert(std::size(rules) == wanted_events.size());
static_assert(std::ranges::is_sorted(wanted_events));

} // namespace

std::vector<Event> read_event(const spool::EventLine& event)
{
    Events out;
    const auto line = base::read_log_line(event.text);
    if (!line)
        return out;
    const auto wanted = std::ranges::lower_bound(wanted_events, line->event);
    if (wanted == wanted_events.end() || *wanted != line->event)
        return out;
    Fields fields;
    if (fields.read(*line))
        rules[wanted - wanted_events.begin()](
            {event.time, event.program, line->id, line->event, fields}, out);
    return out;
}

std::uint64_t lost_before(const spool::EventLine& event)
{
    if (!event.text.starts_with("- events-lost "))
        return 0;
    const auto line = base::read_log_line(event.text);
    Fields fields;
    if (!line || !fields.read(*line))
        return 0;
    return text::number_in<std::uint64_t>(fields["events"]).value_or(0);
}

} // namespace journal
