// SPDX-License-Identifier: Apache-2.0
#include "smtp/xclient.h"

#include "smtp/parameters.h"
#include "text/domain.h"
#include "text/lines.h"
#include "text/words.h"
#include "text/xtext.h"

#include <algorithm>

namespace smtp {

namespace {

constexpr std::size_t max_value = 255;
constexpr std::size_t max_line = 510; // without CRLF

using Attributes = ClientAttributes;

// A mark for "not known" becomes an empty value.
bool is_unknown(std::string_view value)
{
    return text::equal_ignoring_case(value, "[UNAVAILABLE]") ||
           text::equal_ignoring_case(value, "[TEMPUNAVAIL]");
}

bool take_text(std::optional<std::string>& field, std::string_view value)
{
    if (value.size() > max_value || text::has_control(value) || !text::is_utf8(value))
        return false;
    field = value;
    return true;
}

// Names and words that go into replies and header fields: printable, no blanks.
bool take_word(std::optional<std::string>& field, std::string_view value)
{
    return text::is_ascii(value) && !value.contains(' ') && take_text(field, value);
}

bool take_address(std::optional<std::string>& field, std::string_view value)
{
    if (value.empty()) {
        field = "";
        return true;
    }
    // Postfix writes "IPV6:" in front; some others leave it out.
    const bool bare_v6 = value.contains(':') && !text::to_lower(value).starts_with("ipv6:");
    field = text::literal_ip(bare_v6 ? "IPv6:" + std::string(value) : std::string(value));
    return field.has_value();
}

bool take_port(std::optional<std::uint16_t>& field, std::string_view value)
{
    const auto number = value.empty() ? 0 : text::number_in<std::uint64_t>(value);
    if (!number || *number > 65535)
        return false;
    field = static_cast<std::uint16_t>(*number);
    return true;
}

bool take_protocol(std::optional<std::string>& field, std::string_view value)
{
    field = text::to_upper(value);
    return value.empty() || *field == "SMTP" || *field == "ESMTP";
}

bool take_source(std::optional<std::string>& field, std::string_view value)
{
    field = text::to_upper(value);
    return value.empty() || *field == "LOCAL" || *field == "REMOTE";
}

struct Attribute {
    std::string_view name;
    bool (*take)(Attributes&, std::string_view);
};

constexpr Attribute known[] = {
    {"NAME", [](Attributes& a, std::string_view v) { return take_word(a.name, v); }},
    {"ADDR", [](Attributes& a, std::string_view v) { return take_address(a.address, v); }},
    {"PORT", [](Attributes& a, std::string_view v) { return take_port(a.port, v); }},
    {"PROTO",
     [](Attributes& a, std::string_view v) { return take_protocol(a.protocol, v); }},
    {"HELO", [](Attributes& a, std::string_view v) { return take_word(a.helo, v); }},
    {"LOGIN", [](Attributes& a, std::string_view v) { return take_text(a.login, v); }},
    {"DESTADDR", [](Attributes& a,
                    std::string_view v) { return take_address(a.destination_address, v); }},
    {"DESTPORT",
     [](Attributes& a, std::string_view v) { return take_port(a.destination_port, v); }},
    {"IDENT", [](Attributes& a, std::string_view v) { return take_word(a.ident, v); }},
    {"SOURCE", [](Attributes& a, std::string_view v) { return take_source(a.source, v); }},
};

bool offers(std::string_view offered, std::string_view name)
{
    while (!offered.empty()) {
        const std::string_view word = offered.substr(0, offered.find(' '));
        if (text::equal_ignoring_case(word, name))
            return true;
        offered.remove_prefix(std::min(word.size() + 1, offered.size()));
    }
    return false;
}

std::string syntax(std::string_view verb)
{
    return "syntax: " + std::string(verb) + " attribute=value ...";
}

std::optional<std::string> take_attribute(Attributes& client, std::string_view word,
                                          std::string_view verb, std::string_view offered)
{
    const std::size_t equals = word.find('=');
    if (equals == std::string_view::npos)
        return syntax(verb);
    const std::string_view name = word.substr(0, equals);
    const auto* attribute = std::ranges::find_if(known, [&](const Attribute& one) {
        return text::equal_ignoring_case(one.name, name);
    });
    if (attribute == std::end(known) || !offers(offered, name))
        return "unknown attribute " + text::printable(name, 32);
    const auto value = text::from_xtext(word.substr(equals + 1));
    if (!value || !attribute->take(client, is_unknown(*value) ? "" : *value))
        return "bad value of " + std::string(attribute->name);
    return std::nullopt;
}

// Collects "NAME=value" into lines of bearable length.
class Lines {
public:
    Lines(std::string_view verb, std::string_view offered) : verb_(verb), offered_(offered)
    {
    }

    void add(std::string_view name, const std::optional<std::string>& value)
    {
        if (!value || !offers(offered_, name))
            return;
        const std::string encoded =
            value->empty() ? "[UNAVAILABLE]"
                           : text::xtext(std::string_view(*value).substr(0, max_value));
        // A value that fills a line alone (all of it escaped) is better unknown than cut.
        const bool fits = verb_.size() + name.size() + encoded.size() + 2 <= max_line;
        const std::string word =
            ' ' + std::string(name) + '=' + (fits ? encoded : "[UNAVAILABLE]");
        if (lines_.empty() || lines_.back().size() + word.size() > max_line)
            lines_.emplace_back(verb_);
        lines_.back() += word;
    }

    void add_address(std::string_view name, const std::optional<std::string>& value)
    {
        const bool v6 = value && value->contains(':');
        add(name, v6 ? std::optional("IPV6:" + *value) : value);
    }

    void add_port(std::string_view name, const std::optional<std::uint16_t>& value)
    {
        if (value)
            add(name, *value == 0 ? std::string() : std::to_string(*value));
    }

    std::vector<std::string> take() { return std::move(lines_); }

private:
    std::string_view verb_;
    std::string_view offered_;
    std::vector<std::string> lines_;
};

// What both verbs can say.
void add_connection(Lines& lines, const Attributes& client)
{
    lines.add("NAME", client.name);
    lines.add_address("ADDR", client.address);
    lines.add_port("PORT", client.port);
    lines.add("PROTO", client.protocol);
    lines.add("HELO", client.helo);
}

std::expected<Attributes, std::string>
parse_attributes(std::string_view text, std::string_view verb, std::string_view offered)
{
    Attributes client;
    text = text::trim(text);
    if (text.empty())
        return std::unexpected(syntax(verb));
    while (!text.empty()) {
        const std::string_view word = text.substr(0, text.find(' '));
        if (auto wrong = take_attribute(client, word, verb, offered))
            return std::unexpected(*std::move(wrong));
        text = text::trim(text.substr(word.size()));
    }
    return client;
}

} // namespace

std::expected<ClientAttributes, std::string> parse_xclient(std::string_view text)
{
    return parse_attributes(text, "XCLIENT", xclient_offer);
}

std::expected<ClientAttributes, std::string> parse_xforward(std::string_view text)
{
    return parse_attributes(text, "XFORWARD", xforward_offer);
}

void merge(ClientAttributes& client, const ClientAttributes& later)
{
    const auto take = [](auto& field, const auto& value) {
        if (value)
            field = value;
    };
    take(client.name, later.name);
    take(client.address, later.address);
    take(client.port, later.port);
    take(client.protocol, later.protocol);
    take(client.helo, later.helo);
    take(client.login, later.login);
    take(client.destination_address, later.destination_address);
    take(client.destination_port, later.destination_port);
    take(client.ident, later.ident);
    take(client.source, later.source);
}

std::vector<std::string> write_xclient(const ClientAttributes& client,
                                       std::string_view offered)
{
    Lines lines("XCLIENT", offered);
    add_connection(lines, client);
    lines.add("LOGIN", client.login);
    lines.add_address("DESTADDR", client.destination_address);
    lines.add_port("DESTPORT", client.destination_port);
    return lines.take();
}

std::vector<std::string> write_xforward(const ClientAttributes& client,
                                        std::string_view offered)
{
    Lines lines("XFORWARD", offered);
    add_connection(lines, client);
    lines.add("IDENT", client.ident);
    lines.add("SOURCE", client.source);
    return lines.take();
}

} // namespace smtp
