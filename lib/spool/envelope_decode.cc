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

// The envelope and how many of its recipients were read.  Those behind them are left over
// from its last use: their memory is what the next ones are written to.
struct Reading {
    Envelope& e;
    std::size_t recipients = 0;

    // The one that was read last, if any.
    [[nodiscard]] Recipient* last() const
    {
        return recipients > 0 ? &e.recipients[recipients - 1] : nullptr;
    }
};

bool read_recipient(std::string_view text, Reading& reading)
{
    std::vector<Recipient>& all = reading.e.recipients;
    if (reading.recipients == all.size())
        all.emplace_back();
    Recipient& recipient = all[reading.recipients++];
    recipient.notify = notify_default;
    recipient.orcpt.clear();
    recipient.via.clear();
    return read_address(text, recipient.address);
}

using Rule = bool (*)(std::string_view value, Reading& reading);

struct Key {
    std::string_view name;
    Rule read;
    bool once = true; // in an envelope; else it belongs to a recipient
};

// In the order in which they are written.
constexpr auto keys = std::to_array<Key>({
    {"id", [](std::string_view v, Reading& r) { return read_id(v, r.e.id); }},
    {"arrival", [](std::string_view v, Reading& r) { return read_number(v, r.e.arrival); }},
    {"from", [](std::string_view v, Reading& r) { return read_address(v, r.e.sender); }},
    {"client",
     [](std::string_view v, Reading& r) { return read_text(v, r.e.client.address); }},
    {"client-port",
     [](std::string_view v, Reading& r) { return read_number(v, r.e.client.port); }},
    {"client-name",
     [](std::string_view v, Reading& r) { return read_text(v, r.e.client.name); }},
    {"helo", [](std::string_view v, Reading& r) { return read_text(v, r.e.client.helo); }},
    {"protocol",
     [](std::string_view v, Reading& r) { return read_text(v, r.e.client.protocol); }},
    {"login",
     [](std::string_view v, Reading& r) { return read_text(v, r.e.client.login); }},
    {"listener",
     [](std::string_view v, Reading& r) { return read_text(v, r.e.client.listener); }},
    {"body",
     [](std::string_view v, Reading& r) { return read_word(v, words::body, r.e.body); }},
    {"smtputf8", [](std::string_view v, Reading& r) { return r.e.smtputf8 = v == "yes"; }},
    {"ret",
     [](std::string_view v, Reading& r) { return read_word(v, words::ret, r.e.ret); }},
    {"envid", [](std::string_view v, Reading& r) { return read_text(v, r.e.envid); }},
    {"origin",
     [](std::string_view v, Reading& r) {
         return read_word(v, words::origin, r.e.origin);
     }},
    {"parent", [](std::string_view v, Reading& r) { return read_id(v, r.e.parent); }},
    {"hops", [](std::string_view v, Reading& r) { return read_number(v, r.e.hops); }},
    {"dot-lines",
     [](std::string_view v, Reading& r) { return !(r.e.dot_lines = v != "no"); }},
    {"tls", [](std::string_view v, Reading& r) { return read_text(v, r.e.tls); }},
    {"redirected",
     [](std::string_view v, Reading& r) { return r.e.redirected = v == "yes"; }},
    {"replayed", [](std::string_view v, Reading& r) { return r.e.replayed = v == "yes"; }},
    {"route", [](std::string_view v, Reading& r) { return read_text(v, r.e.route); }},
    {"concerns",
     [](std::string_view v, Reading& r) { return read_text(v, r.e.concerns); }},
    {"to", read_recipient, false},
    {"notify",
     [](std::string_view v, Reading& r) {
         Recipient* const to = r.last();
         return to != nullptr && to->notify == notify_default && read_notify(v, to->notify);
     },
     false},
    {"orcpt",
     [](std::string_view v, Reading& r) {
         Recipient* const to = r.last();
         return to != nullptr && to->orcpt.empty() && read_text(v, to->orcpt);
     },
     false},
    {"via",
     [](std::string_view v, Reading& r) {
         Recipient* const to = r.last();
         return to != nullptr && read_address(v, to->via.emplace_back());
     },
     false},
});

constexpr std::uint32_t required_keys = 7; // id, arrival, from: the first three

std::string quoted(std::string_view why, std::string_view key)
{
    std::string text(why);
    return text.append(" '").append(key.substr(0, 32)).append("'");
}

// As a new one, but with the memory it has.
void reset(Envelope& envelope)
{
    static const Envelope fresh;
    std::vector<Recipient> recipients = std::move(envelope.recipients);
    envelope = fresh; // copies into the strings that are there
    envelope.recipients = std::move(recipients);
}

class Decoder {
public:
    explicit Decoder(Envelope& envelope) : reading_{envelope} {}

    // What is wrong with the line, if anything.
    std::optional<std::string> read_line(std::string_view line)
    {
        const std::string_view name = line.substr(0, line.find(' '));
        if (!find(name))
            return quoted("unknown key", name);
        const Key& key = keys[key_];
        const std::uint32_t bit = 1u << key_;
        if (key.once && (seen_ & bit) != 0)
            return quoted("key given twice", name);
        seen_ |= bit;
        line.remove_prefix(std::min(line.size(), name.size() + 1));
        if (!key.read(line, reading_))
            return quoted("bad value of", name);
        return std::nullopt;
    }

    std::optional<std::string> finish()
    {
        if ((seen_ & required_keys) != required_keys)
            return "id, arrival or from is missing";
        reading_.e.recipients.resize(reading_.recipients);
        return std::nullopt;
    }

private:
    // Begins where the last one was found: they come in the order of the table.
    bool find(std::string_view name)
    {
        for (std::size_t i = 0; i < keys.size(); ++i) {
            if (keys[key_].name == name)
                return true;
            key_ = key_ + 1 == keys.size() ? 0 : key_ + 1;
        }
        return false;
    }

    Reading reading_;
    std::size_t key_ = 0;
    std::uint32_t seen_ = 0; // a bit for each key
};

} // namespace

std::optional<std::string> decode_to(Envelope& envelope, std::string_view text)
{
    reset(envelope);
    Decoder decoder(envelope);
    while (!text.empty()) {
        const std::size_t end = text.find('\n');
        if (end == text.npos)
            return "line without end";
        if (auto wrong = decoder.read_line(text.substr(0, end)))
            return wrong;
        text.remove_prefix(end + 1);
    }
    return decoder.finish();
}

std::expected<Envelope, std::string> decode(std::string_view text)
{
    Envelope envelope;
    if (auto wrong = decode_to(envelope, text))
        return std::unexpected(std::move(*wrong));
    return envelope;
}

} // namespace spool
