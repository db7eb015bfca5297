// SPDX-License-Identifier: Apache-2.0
// The binary text of an event; see event.h.
//
// A map from small numbers to values, in ascending order.  The numbers are the format: they
// are never given to another field, new fields get new ones.  What is 0 or empty is left
// out.
#include "li/event.h"

#include "li/cbor.h"

#include <concepts>
#include <limits>
#include <type_traits>

namespace li {

namespace {

using cbor::Major;

// How far the values of each enum go today.
constexpr Protocol last(Protocol)
{
    return Protocol::imap;
}
constexpr What last(What)
{
    return What::gap;
}
constexpr Status last(Status)
{
    return Status::succeeded;
}
constexpr Direction last(Direction)
{
    return Direction::to_target;
}

constexpr std::uint64_t always = 4; // up to this number a field is written in any case
constexpr std::size_t usual = 1024; // an event's size, and more than most have

// Calls visit(number, field) for each.
template <class E, class Visit>
void for_each_field(E& event, Visit&& visit)
{
    visit(1, event.measure);
    visit(2, event.protocol);
    visit(3, event.what);
    visit(4, event.status);
    visit(5, event.time);
    visit(6, event.session);
    visit(7, event.session_begin);
    visit(8, event.session_end);
    visit(9, event.leg);
    visit(10, event.client.address);
    visit(11, event.client.port);
    visit(12, event.server.address);
    visit(13, event.server.port);
    visit(14, event.client_octets);
    visit(15, event.server_octets);
    visit(16, event.tls);
    visit(17, event.mechanism);
    visit(18, event.user);
    visit(19, event.mailbox);
    visit(20, event.sender);
    visit(21, event.sender_validated);
    visit(22, event.recipients);
    visit(23, event.total_recipients);
    visit(24, event.message_id);
    visit(25, event.queue_id);
    visit(26, event.size);
    visit(27, event.cause.layer);
    visit(28, event.cause.code);
    visit(29, event.cause.enhanced);
    visit(30, event.cause.text);
    visit(31, event.features);
    visit(32, event.forward_chain);
    visit(33, event.duplicate_of);
    visit(34, event.matched);
    visit(35, event.direction);
    visit(36, event.content_octets);
    visit(37, event.content_digest);
    visit(38, event.content_lost);
    visit(39, event.events_lost);
    visit(40, event.tap);
    visit(41, event.tap_number);
    visit(42, event.recovered);
}

// Bytes, not text: what a peer said need not be UTF-8.
void append(std::string& out, const std::string& value)
{
    cbor::append_string(out, Major::bytes, value);
}

template <std::size_t Size>
void append(std::string& out, const std::array<std::uint8_t, Size>& value)
{
    const auto* bytes = reinterpret_cast<const char*>(value.data());
    cbor::append_string(out, Major::bytes, {bytes, Size});
}

void append(std::string& out, bool value)
{
    cbor::append_head(out, Major::simple, value ? cbor::yes : cbor::no);
}

void append(std::string& out, std::int64_t value)
{
    cbor::append_integer(out, value);
}

template <std::unsigned_integral Number>
void append(std::string& out, Number value)
{
    cbor::append_head(out, Major::number, value);
}

template <class Enum>
    requires std::is_enum_v<Enum>
void append(std::string& out, Enum value)
{
    cbor::append_head(out, Major::number, static_cast<std::uint64_t>(value));
}

void append(std::string& out, const std::vector<std::string>& list)
{
    cbor::append_head(out, Major::array, list.size());
    for (const std::string& text : list)
        append(out, text);
}

void append(std::string& out, const std::vector<std::pair<std::string, std::string>>& list)
{
    cbor::append_head(out, Major::array, 2 * list.size());
    for (const auto& [name, value] : list) {
        append(out, name);
        append(out, value);
    }
}

bool read(cbor::Reader& in, std::string& value)
{
    const auto bytes = in.string(Major::bytes);
    if (bytes)
        value = *bytes;
    return bytes.has_value();
}

template <std::size_t Size>
bool read(cbor::Reader& in, std::array<std::uint8_t, Size>& value)
{
    const auto bytes = in.string(Major::bytes);
    if (!bytes || bytes->size() != Size)
        return false;
    std::copy(bytes->begin(), bytes->end(), value.begin());
    return true;
}

bool read(cbor::Reader& in, bool& value)
{
    const auto word = in.value(Major::simple);
    value = word == cbor::yes;
    return word == cbor::yes || word == cbor::no;
}

bool read(cbor::Reader& in, std::int64_t& value)
{
    const auto number = in.integer();
    value = number.value_or(0);
    return number.has_value();
}

template <std::unsigned_integral Number>
bool read(cbor::Reader& in, Number& value)
{
    const auto number = in.value(Major::number);
    if (!number || *number > std::numeric_limits<Number>::max())
        return false;
    value = static_cast<Number>(*number);
    return true;
}

template <class Enum>
    requires std::is_enum_v<Enum>
bool read(cbor::Reader& in, Enum& value)
{
    const auto number = in.value(Major::number);
    if (!number || *number > static_cast<std::uint64_t>(last(Enum{})))
        return false;
    value = static_cast<Enum>(*number);
    return true;
}

bool read(cbor::Reader& in, std::vector<std::string>& list)
{
    const auto count = in.value(Major::array);
    for (std::uint64_t i = 0; count && i < *count; ++i)
        if (!read(in, list.emplace_back()))
            return false;
    return count.has_value();
}

bool read(cbor::Reader& in, std::vector<std::pair<std::string, std::string>>& list)
{
    const auto count = in.value(Major::array);
    if (!count || *count % 2 != 0)
        return false;
    for (std::uint64_t i = 0; i < *count; i += 2) {
        auto& [name, value] = list.emplace_back();
        if (!read(in, name) || !read(in, value))
            return false;
    }
    return true;
}

enum class Found : std::uint8_t { unknown, good, bad };

Found read_field(cbor::Reader& in, Event& event, std::uint64_t number)
{
    Found found = Found::unknown;
    for_each_field(event, [&](std::uint64_t here, auto& field) {
        if (here == number)
            found = read(in, field) ? Found::good : Found::bad;
    });
    return found;
}

std::unexpected<std::string> damaged(const char* how)
{
    return std::unexpected("event: " + std::string(how));
}

} // namespace

std::string encode(const Event& event)
{
    std::string fields;
    fields.reserve(usual);
    std::uint64_t count = 0;
    for_each_field(event, [&](std::uint64_t number, const auto& field) {
        using Field = std::remove_cvref_t<decltype(field)>;
        if (number > always && field == Field{})
            return;
        cbor::append_head(fields, Major::number, number);
        append(fields, field);
        ++count;
    });
    std::string head;
    cbor::append_head(head, Major::map, count);
    fields.insert(0, head);
    return fields;
}

std::expected<Event, std::string> decode(std::string_view text)
{
    if (text.size() > event_limit)
        return damaged("too long");
    cbor::Reader in(text);
    const auto count = in.value(Major::map);
    if (!count)
        return damaged("no map");
    Event event;
    std::uint64_t before = 0;
    for (std::uint64_t i = 0; i < *count; ++i) {
        const auto number = in.value(Major::number);
        if (!number || *number <= before) // ascending, so none comes twice
            return damaged("no field where one must be");
        before = *number;
        const Found found = read_field(in, event, *number);
        if (found == Found::bad || (found == Found::unknown && !in.skip()))
            return damaged("a field that cannot be read");
    }
    if (!in.empty())
        return damaged("something follows it");
    return event;
}

} // namespace li
