// SPDX-License-Identifier: Apache-2.0
// Writes the text form of an envelope.  What has its ordinary value is left out.
// Format: sponts-spool(5).
#include "spool/envelope.h"

#include "spool/envelope_words.h"
#include "text/lines.h"
#include "text/xtext.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <charconv>

namespace spool {

namespace {

[[nodiscard]] bool is_clean(std::string_view value)
{
    unsigned char bad = 0; // without a branch, so that the compiler can do many at a time
    for (const char c : value) {
        const auto byte = static_cast<unsigned char>(c);
        bad |= static_cast<unsigned char>((byte < 0x20) | (byte == 0x7f));
    }
    return bad == 0;
}

class Lines {
public:
    explicit Lines(std::string& out) : out_(out) {}

    void text(std::string_view key, std::string_view value)
    {
        assert(is_clean(value));
        out_.append(key).append(1, ' ').append(value).append(1, '\n');
    }
    void text_unless_empty(std::string_view key, std::string_view value)
    {
        if (!value.empty())
            text(key, value);
    }
    void address(std::string_view key, std::string_view value)
    {
        assert(is_clean(value));
        out_.append(key).append(" <").append(value).append(">\n");
    }
    void number(std::string_view key, std::int64_t value)
    {
        std::array<char, 24> digits;
        char* const end =
            std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
        text(key, {digits.data(), static_cast<std::size_t>(end - digits.data())});
    }
    void number_unless_zero(std::string_view key, std::int64_t value)
    {
        if (value != 0)
            number(key, value);
    }

private:
    std::string& out_;
};

std::string notify_text(std::uint8_t notify)
{
    std::string text;
    for (const auto& [flag, word] : words::notify) {
        if ((notify & flag) == 0)
            continue;
        if (!text.empty())
            text += ',';
        text += word;
    }
    return text;
}

template <class Table, class Value>
std::string_view word_for(const Table& table, Value value)
{
    const auto index = static_cast<std::size_t>(value);
    assert(index < table.size());
    return table[index];
}

void write_client(Lines& lines, const Client& client)
{
    lines.text_unless_empty("client", client.address);
    lines.number_unless_zero("client-port", client.port);
    lines.text_unless_empty("client-name", client.name);
    lines.text_unless_empty("helo", client.helo);
    lines.text_unless_empty("protocol", client.protocol);
    lines.text_unless_empty("login", client.login);
    lines.text_unless_empty("listener", client.listener);
}

void write_properties(Lines& lines, const Envelope& envelope)
{
    if (envelope.body != Body::seven_bit)
        lines.text("body", word_for(words::body, envelope.body));
    if (envelope.smtputf8)
        lines.text("smtputf8", "yes");
    if (envelope.ret != Ret::unset)
        lines.text("ret", word_for(words::ret, envelope.ret));
    lines.text_unless_empty("envid", envelope.envid);
    if (envelope.origin != Origin::client)
        lines.text("origin", word_for(words::origin, envelope.origin));
    if (envelope.parent != MessageId())
        lines.text("parent", envelope.parent.text());
    lines.number_unless_zero("hops", envelope.hops);
    if (!envelope.dot_lines)
        lines.text("dot-lines", "no");
    lines.text_unless_empty("tls", envelope.tls);
    if (envelope.redirected)
        lines.text("redirected", "yes");
    if (envelope.replayed)
        lines.text("replayed", "yes");
    lines.text_unless_empty("route", envelope.route);
    lines.text_unless_empty("concerns", envelope.concerns);
}

void write_recipient(Lines& lines, const Recipient& recipient)
{
    lines.address("to", recipient.address);
    if (recipient.notify != notify_default)
        lines.text("notify", notify_text(recipient.notify));
    lines.text_unless_empty("orcpt", recipient.orcpt);
    for (const std::string& address : recipient.via)
        lines.address("via", address);
}

} // namespace

std::string original_recipient(const Recipient& recipient, const std::string& address)
{
    if (!recipient.orcpt.empty() || recipient.address == address ||
        !text::is_ascii(recipient.address))
        return recipient.orcpt;
    return "rfc822;" + text::xtext(recipient.address);
}

void encode_to(std::string& out, const Envelope& envelope)
{
    Lines lines(out);
    lines.text("id", envelope.id.text());
    lines.number("arrival", envelope.arrival);
    lines.address("from", envelope.sender);
    write_client(lines, envelope.client);
    write_properties(lines, envelope);
    for (const Recipient& recipient : envelope.recipients)
        write_recipient(lines, recipient);
}

std::string encode(const Envelope& envelope)
{
    std::string text;
    text.reserve(256 + envelope.recipients.size() * 64);
    encode_to(text, envelope);
    return text;
}

} // namespace spool
