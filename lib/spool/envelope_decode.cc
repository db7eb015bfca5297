// SPDX-License-Identifier: Apache-2.0
// Reads the text form of an envelope.  Strict: an unknown key may be one that matters to
// delivery, so a record with one is set aside and never delivered wrongly.
// Format: sponts-spool(5).
#include "spool/envelope_words.h"

#include <algorithm>
#include <charconv>
#include <optional>

namespace spool {

namespace {

template <class Number>
bool read_number(std::string_view text, Number& value)
{
    const auto [stop, error] = std::from_chars(text.begin(), text.end(), value);
    return error == std::errc{} && stop == text.end();
}

template <class Enum, class Table>
bool read_word(std::string_view text, const Table& table, Enum& value)
{
    const auto found = std::find(table.begin(), table.end(), text);
    if (found == table.end())
        return false;
    value = static_cast<Enum>(found - table.begin());
    return true;
}

bool read_id(std::string_view text, MessageId& id)
{
    const auto parsed = MessageId::parse(text);
    if (parsed)
        id = *parsed;
    return parsed.has_value();
}

bool read_address(std::string_view text, std::string& address)
{
    if (text.size() < 2 || text.front() != '<' || text.back() != '>')
        return false;
    address.assign(text.substr(1, text.size() - 2));
    return true;
}

bool read_text(std::string_view text, std::string& value)
{
    value.assign(text);
    return !value.empty();
}

bool read_notify(std::string_view text, std::uint8_t& notify)
{
    while (!text.empty()) {
        const std::string_view word = text.substr(0, text.find(','));
        const auto found =
            std::find_if(words::notify.begin(), words::notify.end(),
                         [word](const auto& row) { return row.second == word; });
        if (found == words::notify.end())
            return false;
        notify |= found->first;
        text.remove_prefix(std::min(text.size(), word.size() + 1));
    }
    return notify != notify_default;
}

bool read_recipient(std::string_view text, Envelope& envelope)
{
    return read_address(text, envelope.recipients.emplace_back().address);
}

using Rule = bool (*)(std::string_view value, Envelope& envelope);

struct Key {
    std::string_view name;
    Rule read;
    bool once = true; // in an envelope; else it belongs to a recipient
};

constexpr auto keys = std::to_array<Key>({
    {"id", [](std::string_view v, Envelope& e) { return read_id(v, e.id); }},
    {"arrival", [](std::string_view v, Envelope& e) { return read_number(v, e.arrival); }},
    {"from", [](std::string_view v, Envelope& e) { return read_address(v, e.sender); }},
    {"to", read_recipient, false},
    {"notify",
     [](std::string_view v, Envelope& e) {
         return !e.recipients.empty() && e.recipients.back().notify == notify_default &&
                read_notify(v, e.recipients.back().notify);
     },
     false},
    {"orcpt",
     [](std::string_view v, Envelope& e) {
         return !e.recipients.empty() && e.recipients.back().orcpt.empty() &&
                read_text(v, e.recipients.back().orcpt);
     },
     false},
    {"client",
     [](std::string_view v, Envelope& e) { return read_text(v, e.client.address); }},
    {"client-port",
     [](std::string_view v, Envelope& e) { return read_number(v, e.client.port); }},
    {"client-name",
     [](std::string_view v, Envelope& e) { return read_text(v, e.client.name); }},
    {"helo", [](std::string_view v, Envelope& e) { return read_text(v, e.client.helo); }},
    {"protocol",
     [](std::string_view v, Envelope& e) { return read_text(v, e.client.protocol); }},
    {"login", [](std::string_view v, Envelope& e) { return read_text(v, e.client.login); }},
    {"listener",
     [](std::string_view v, Envelope& e) { return read_text(v, e.client.listener); }},
    {"body",
     [](std::string_view v, Envelope& e) { return read_word(v, words::body, e.body); }},
    {"smtputf8", [](std::string_view v, Envelope& e) { return e.smtputf8 = v == "yes"; }},
    {"ret",
     [](std::string_view v, Envelope& e) { return read_word(v, words::ret, e.ret); }},
    {"envid", [](std::string_view v, Envelope& e) { return read_text(v, e.envid); }},
    {"origin",
     [](std::string_view v, Envelope& e) { return read_word(v, words::origin, e.origin); }},
    {"parent", [](std::string_view v, Envelope& e) { return read_id(v, e.parent); }},
    {"hops", [](std::string_view v, Envelope& e) { return read_number(v, e.hops); }},
    {"dot-lines",
     [](std::string_view v, Envelope& e) { return !(e.dot_lines = v != "no"); }},
});

constexpr std::uint32_t required_keys = 7; // id, arrival, from: the first three

std::string quoted(std::string_view why, std::string_view key)
{
    std::string text(why);
    return text.append(" '").append(key.substr(0, 32)).append("'");
}

// What is wrong with the line, if anything.  `seen` has a bit for each key.
std::optional<std::string> read_line(std::string_view line, Envelope& envelope,
                                     std::uint32_t& seen)
{
    const std::string_view name = line.substr(0, line.find(' '));
    const auto key = std::find_if(keys.begin(), keys.end(),
                                  [name](const Key& row) { return row.name == name; });
    if (key == keys.end())
        return quoted("unknown key", name);
    const std::uint32_t bit = 1u << (key - keys.begin());
    if (key->once && (seen & bit) != 0)
        return quoted("key given twice", name);
    seen |= bit;
    line.remove_prefix(std::min(line.size(), name.size() + 1));
    if (!key->read(line, envelope))
        return quoted("bad value of", name);
    return std::nullopt;
}

} // namespace

std::expected<Envelope, std::string> decode(std::string_view text)
{
    Envelope envelope;
    std::uint32_t seen = 0;
    while (!text.empty()) {
        const std::size_t end = text.find('\n');
        if (end == text.npos)
            return std::unexpected("line without end");
        if (auto wrong = read_line(text.substr(0, end), envelope, seen))
            return std::unexpected(std::move(*wrong));
        text.remove_prefix(end + 1);
    }
    if ((seen & required_keys) != required_keys)
        return std::unexpected("id, arrival or from is missing");
    return envelope;
}

} // namespace spool
