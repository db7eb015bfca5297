// SPDX-License-Identifier: Apache-2.0
// proxy/imap_identity.cc - see the header.
#include "proxy/imap_identity.h"

#include "imap/value.h"
#include "text/lines.h"
#include "text/words.h"

#include <algorithm>

namespace proxy {

namespace {

constexpr std::size_t most_fields = 60; // RFC 2971 section 3.3: thirty pairs
constexpr std::size_t own_fields = 12;

std::string_view value_of(const ImapFields& fields, std::string_view name)
{
    for (std::size_t i = 0; i + 1 < fields.size(); i += 2)
        if (text::equal_ignoring_case(fields[i], name))
            return fields[i + 1];
    return {};
}

bool is_claim(std::string_view name)
{
    return text::equal_ignoring_case(name.substr(0, 2), "x-");
}

} // namespace

std::optional<ClaimedClient> claimed_client(const ImapFields& fields, std::uint32_t ttl)
{
    const auto port =
        text::number_in<std::uint16_t>(value_of(fields, "x-originating-port"));
    const auto address =
        net::Address::parse_ip(value_of(fields, "x-originating-ip"), port.value_or(0));
    if (!address)
        return std::nullopt;
    const auto said = text::number_in<std::uint32_t>(value_of(fields, "x-proxy-ttl"));
    return ClaimedClient{.address = *address,
                         .ttl = std::min(said.value_or(ttl), ttl),
                         .session = std::string(value_of(fields, "x-session-id"))};
}

ImapFields without_claims(const ImapFields& fields)
{
    ImapFields own;
    for (std::size_t i = 0; i + 1 < fields.size(); i += 2) {
        if (fields[i].empty() || is_claim(fields[i]))
            continue;
        own.push_back(fields[i]);
        own.push_back(fields[i + 1]);
    }
    return own;
}

void add_claims(ImapFields& fields, const Caller& caller)
{
    fields.resize(std::min(fields.size(), most_fields - own_fields));
    const auto say = [&](std::string_view name, std::string value) {
        if (value.empty())
            return;
        fields.emplace_back(name);
        fields.push_back(std::move(value));
    };
    say("x-session-id", caller.id);
    say("x-originating-ip", caller.client.ip());
    say("x-originating-port", std::to_string(caller.client.port()));
    say("x-connected-ip", caller.local.ip());
    say("x-connected-port", std::to_string(caller.local.port()));
    say("x-proxy-ttl", std::to_string(caller.ttl == 0 ? 0 : caller.ttl - 1));
}

std::string id_command(std::string_view tag, const ImapFields& fields)
{
    if (fields.size() < 2)
        return {};
    std::string line(tag);
    line += " ID (";
    for (std::size_t i = 0; i + 1 < fields.size(); i += 2) {
        if (i > 0)
            line += ' ';
        line += imap::quoted(fields[i]) + ' ';
        line += fields[i + 1].empty() ? "NIL" : imap::quoted(fields[i + 1]);
    }
    return line + ")\r\n";
}

} // namespace proxy
