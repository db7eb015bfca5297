// SPDX-License-Identifier: Apache-2.0
// handover/national_fields.cc - see the header; tkuev-mapping(5) has the same list.
#include "handover/national_fields.h"

#include "seal/digest.h"

#include <algorithm>

namespace handover {

namespace {

using Record = NationalRecord;
using Value = NationalValue;
using Kind = NationalKind;

constexpr std::string_view protocols[] = {"smtp", "pop3", "imap"};
constexpr std::string_view events[] = {
    "login",   "login-failed",      "login-attempt", "logout",    "sent", "received",
    "fetched", "partially-fetched", "stored",        "forwarded", "gap"};
constexpr std::string_view statuses[] = {"unknown", "failed", "succeeded"};
constexpr std::string_view directions[] = {"none", "from-target", "to-target"};
constexpr std::string_view yes_no[] = {"no", "yes"};

template <class Choice>
Value word(std::span<const std::string_view> words, Choice choice)
{
    return NationalWord{words[static_cast<std::size_t>(choice)]};
}

Value text(std::string value)
{
    return value.empty() ? Value() : Value(std::move(value));
}

Value number(std::uint64_t value)
{
    return value == 0 ? Value() : Value(value);
}

Value instant(std::int64_t value)
{
    return value == 0 ? Value() : Value(NationalInstant{value});
}

Value list(const std::vector<std::string>& value)
{
    return value.empty() ? Value() : Value(value);
}

template <auto Member>
Value event_text(const Record& record)
{
    return text(record.event.*Member);
}

template <auto Member>
Value event_number(const Record& record)
{
    return number(record.event.*Member);
}

template <auto Member>
Value event_instant(const Record& record)
{
    return instant(record.event.*Member);
}

template <auto Member>
Value cause_text(const Record& record)
{
    return text(record.event.cause.*Member);
}

constexpr bool always = true;
constexpr bool maybe = false;

using E = li::Event;
using C = li::Cause;
using In = const Record&;

// What every record says.
constexpr NationalField head[] = {
    {"reference", Kind::text, always, [](In it) -> Value { return it.reference; }, {}},
    {"correlation",
     Kind::number,
     always,
     [](In it) -> Value { return std::uint64_t{it.correlation}; },
     {}},
    {"sequence",
     Kind::number,
     always,
     [](In it) -> Value { return std::uint64_t{it.sequence}; },
     {}},
    {"test", Kind::word, always, [](In it) { return word(yes_no, it.test); }, yes_no},
    {"event", Kind::word, always, [](In it) { return word(events, it.event.what); },
     events},
    {"status", Kind::word, always, [](In it) { return word(statuses, it.event.status); },
     statuses},
    {"protocol", Kind::word, always,
     [](In it) { return word(protocols, it.event.protocol); }, protocols},
    {"time",
     Kind::instant,
     always,
     [](In it) -> Value { return NationalInstant{it.event.time}; },
     {}},
};

constexpr NationalField rest[] = {
    {"operator", Kind::text, maybe, [](In it) { return text(it.operator_id); }, {}},
    {"network-element",
     Kind::text,
     maybe,
     [](In it) { return text(it.network_element); },
     {}},
    {"country", Kind::text, maybe, [](In it) { return text(it.country); }, {}},
    {"session", Kind::text, maybe, event_text<&E::session>, {}},
    {"session-begin", Kind::instant, maybe, event_instant<&E::session_begin>, {}},
    {"session-end", Kind::instant, maybe, event_instant<&E::session_end>, {}},
    {"leg", Kind::text, maybe, event_text<&E::leg>, {}},
    {"client-address",
     Kind::text,
     maybe,
     [](In it) { return text(it.event.client.address); },
     {}},
    {"client-port",
     Kind::number,
     maybe,
     [](In it) { return number(it.event.client.port); },
     {}},
    {"server-address",
     Kind::text,
     maybe,
     [](In it) { return text(it.event.server.address); },
     {}},
    {"server-port",
     Kind::number,
     maybe,
     [](In it) { return number(it.event.server.port); },
     {}},
    {"client-octets", Kind::number, maybe, event_number<&E::client_octets>, {}},
    {"server-octets", Kind::number, maybe, event_number<&E::server_octets>, {}},
    {"tls", Kind::text, maybe, event_text<&E::tls>, {}},
    {"mechanism", Kind::text, maybe, event_text<&E::mechanism>, {}},
    {"user", Kind::text, maybe, event_text<&E::user>, {}},
    {"mailbox", Kind::text, maybe, event_text<&E::mailbox>, {}},
    {"matched", Kind::text, maybe, event_text<&E::matched>, {}},
    {"sender", Kind::text, maybe, event_text<&E::sender>, {}},
    {"sender-validated", Kind::word, maybe,
     [](In it) {
         return it.event.sender.empty() ? Value() : word(yes_no, it.event.sender_validated);
     },
     yes_no},
    {"recipients", Kind::list, maybe, [](In it) { return list(it.event.recipients); }, {}},
    {"total-recipients", Kind::number, maybe, event_number<&E::total_recipients>, {}},
    {"message-id", Kind::text, maybe, event_text<&E::message_id>, {}},
    {"queue-id", Kind::text, maybe, event_text<&E::queue_id>, {}},
    {"size", Kind::number, maybe, event_number<&E::size>, {}},
    {"cause-layer", Kind::text, maybe, cause_text<&C::layer>, {}},
    {"cause-code", Kind::text, maybe, cause_text<&C::code>, {}},
    {"cause-enhanced", Kind::text, maybe, cause_text<&C::enhanced>, {}},
    {"cause-text", Kind::text, maybe, cause_text<&C::text>, {}},
    {"features",
     Kind::pairs,
     maybe,
     [](In it) { return it.event.features.empty() ? Value() : Value(it.event.features); },
     {}},
    {"forward-chain",
     Kind::list,
     maybe,
     [](In it) { return list(it.event.forward_chain); },
     {}},
    {"duplicate-of", Kind::text, maybe, event_text<&E::duplicate_of>, {}},
    {"direction", Kind::word, maybe,
     [](In it) {
         return it.event.direction == li::Direction::none
                    ? Value()
                    : word(directions, it.event.direction);
     },
     directions},
    {"content-file", Kind::text, maybe, [](In it) { return text(it.content_file); }, {}},
    {"content-octets", Kind::number, maybe, event_number<&E::content_octets>, {}},
    {"content-digest",
     Kind::text,
     maybe,
     [](In it) {
         return it.event.content_octets == 0 ? Value()
                                             : text(seal::hex(it.event.content_digest));
     },
     {}},
    {"content-lost", Kind::text, maybe, event_text<&E::content_lost>, {}},
    {"events-lost", Kind::number, maybe, event_number<&E::events_lost>, {}},
};

} // namespace

std::span<const NationalField> national_fields()
{
    static const std::vector<NationalField> all = [] {
        std::vector<NationalField> both(std::begin(head), std::end(head));
        both.insert(both.end(), std::begin(rest), std::end(rest));
        return both;
    }();
    return all;
}

const NationalField* find_national_field(std::string_view name)
{
    const std::span<const NationalField> all = national_fields();
    const auto found = std::ranges::find(all, name, &NationalField::name);
    return found == all.end() ? nullptr : &*found;
}

} // namespace handover
