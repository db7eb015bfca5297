// SPDX-License-Identifier: Apache-2.0
#include "pop3/xclient.h"

#include "pop3/command.h"
#include "text/domain.h"
#include "text/lines.h"
#include "text/words.h"

#include <algorithm>

namespace pop3 {

namespace {

constexpr std::size_t longest_session = 64;

bool take_address(Xclient& client, std::string_view value)
{
    const std::string prefix = value.contains(':') ? "IPv6:" : "";
    client.address = text::literal_ip(prefix + std::string(value));
    return client.address.has_value();
}

bool take_port(Xclient& client, std::string_view value)
{
    const auto number = text::number_in<std::uint32_t>(value);
    if (!number || *number > 65535)
        return false;
    client.port = static_cast<std::uint16_t>(*number);
    return true;
}

// Goes into log lines and on to the next host.
bool take_session(Xclient& client, std::string_view value)
{
    client.session = value;
    return value.size() <= longest_session && text::is_ascii(value) &&
           !text::has_control(value);
}

bool take_ttl(Xclient& client, std::string_view value)
{
    client.ttl = text::number_in<std::uint32_t>(value);
    return client.ttl.has_value();
}

struct Attribute {
    std::string_view name;
    bool (*take)(Xclient&, std::string_view);
};

constexpr Attribute known[] = {
    {"ADDR", take_address},
    {"PORT", take_port},
    {"SESSION", take_session},
    {"TTL", take_ttl},
};

bool take_word(Xclient& client, std::string_view word)
{
    const std::size_t equals = word.find('=');
    if (equals == std::string_view::npos)
        return false;
    for (const Attribute& attribute : known)
        if (text::equal_ignoring_case(attribute.name, word.substr(0, equals)))
            return attribute.take(client, word.substr(equals + 1));
    return true;
}

void add(std::string& command, std::string_view name, std::string_view value)
{
    command += command.empty() ? "XCLIENT " : " ";
    command += name;
    command += '=';
    command += value;
}

} // namespace

std::expected<Xclient, std::string> parse_xclient(std::string_view text)
{
    Xclient client;
    while (!text.empty()) {
        const std::string_view word = text.substr(0, text.find(' '));
        if (!word.empty() && !take_word(client, word))
            return std::unexpected("bad attribute in XCLIENT");
        text.remove_prefix(std::min(word.size() + 1, text.size()));
    }
    return client;
}

std::string write_xclient(const Xclient& client)
{
    std::string command;
    if (client.address)
        add(command, "ADDR", *client.address);
    if (client.port)
        add(command, "PORT", std::to_string(*client.port));
    if (!client.session.empty())
        add(command, "SESSION", client.session);
    if (client.ttl)
        add(command, "TTL", std::to_string(*client.ttl));
    return command;
}

} // namespace pop3
