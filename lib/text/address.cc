// SPDX-License-Identifier: Apache-2.0
// The address parser; see address.h.  Every byte is looked at a fixed number of times.
#include "text/address.h"

#include "text/domain.h"
#include "text/lines.h"

#include <algorithm>
#include <array>

namespace text {

namespace {

using std::unexpected;

constexpr std::size_t npos = std::string_view::npos;

constexpr auto atext_table = [] {
    std::array<bool, 256> table{};
    for (const unsigned char c : std::string_view("abcdefghijklmnopqrstuvwxyz"
                                                  "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                                  "0123456789!#$%&'*+-/=?^_`{|}~"))
        table[c] = true;
    for (std::size_t c = 0x80; c < 256; ++c) // RFC 6531 3.3: UTF8-non-ascii, checked before
        table[c] = true;
    return table;
}();

bool is_atext(char c)
{
    return atext_table[static_cast<unsigned char>(c)];
}

// Bytes of the quoted string at the front, both quotes included; npos if it is not closed.
std::size_t quoted_length(std::string_view text)
{
    for (std::size_t i = 1; i < text.size(); ++i) {
        if (text[i] == '"')
            return i + 1;
        if (text[i] == '\\')
            ++i;
    }
    return npos;
}

// Dot-string of RFC 5321: atoms between single dots.
bool is_dot_string(std::string_view local)
{
    char before = '.';
    for (const char c : local) {
        if (c == '.' ? before == '.' : !is_atext(c))
            return false;
        before = c;
    }
    return before != '.';
}

std::expected<void, AddressError> check_bytes(std::string_view text, bool smtputf8)
{
    if (text.size() > max_path)
        return unexpected(AddressError::too_long);
    if (has_control(text))
        return unexpected(AddressError::control_byte);
    if (is_ascii(text))
        return {};
    if (!smtputf8)
        return unexpected(AddressError::needs_smtputf8);
    if (!is_utf8(text))
        return unexpected(AddressError::bad_utf8);
    return {};
}

// Sets quoted and local_size.
std::expected<void, AddressError> take_local(Address& address, std::string_view text)
{
    address.quoted = text.starts_with('"');
    if (address.quoted) {
        address.local_size = quoted_length(text);
        if (address.local_size == npos)
            return unexpected(AddressError::bad_quoting);
        if (address.local_size < text.size() && text[address.local_size] != '@')
            return unexpected(AddressError::bad_quoting);
    } else {
        address.local_size = std::min(text.find('@'), text.size());
    }
    const std::string_view local = text.substr(0, address.local_size);
    if (local.empty() || local == "\"\"")
        return unexpected(AddressError::empty);
    if (!address.quoted && !is_dot_string(local))
        return unexpected(AddressError::bad_local);
    if (local.size() > max_local_part)
        return unexpected(AddressError::too_long);
    return {};
}

std::expected<std::string, AddressError> normal_literal(std::string_view text)
{
    if (!text.ends_with(']'))
        return unexpected(AddressError::bad_literal);
    const auto ip = literal_ip(text.substr(1, text.size() - 2));
    if (!ip)
        return unexpected(AddressError::bad_literal);
    return (ip->contains(':') ? "[IPv6:" : "[") + *ip + ']';
}

std::expected<std::string, AddressError> normal_host(std::string_view text)
{
    if (text.starts_with('['))
        return normal_literal(text);
    if (text.size() > max_domain)
        return unexpected(AddressError::too_long);
    if (text.ends_with('.')) // fine in DNS, not in SMTP
        return unexpected(AddressError::bad_domain);
    auto domain = normal_domain(text);
    if (!domain)
        return unexpected(AddressError::bad_domain);
    return *std::move(domain);
}

// The bytes are checked already.
AddressResult parse_checked(std::string_view text)
{
    Address address;
    if (const auto taken = take_local(address, text); !taken)
        return unexpected(taken.error());
    const std::string_view local = text.substr(0, address.local_size);
    address.utf8 = !is_ascii(local);
    address.mailbox = local;
    if (local.size() == text.size()) { // RFC 5321 4.5.1: <postmaster> is always there
        if (!equal_ignoring_case(local, "postmaster"))
            return unexpected(AddressError::no_domain);
        return address;
    }
    const auto domain = normal_host(text.substr(local.size() + 1));
    if (!domain)
        return unexpected(domain.error());
    address.literal = domain->starts_with('[');
    address.mailbox += '@';
    address.mailbox += *domain;
    return address;
}

// Bytes of "@a,@b:" at the front, 0 if it is not well formed.
std::size_t route_length(std::string_view text)
{
    std::size_t at = 0;
    for (;;) {
        if (at >= text.size() || text[at] != '@')
            return 0;
        const std::string_view rest = text.substr(at + 1);
        // A literal may hold colons: look for what ends the host behind its bracket.
        const std::size_t from =
            rest.starts_with('[') ? std::min(rest.find(']'), rest.size()) : 0;
        const std::size_t end = rest.find_first_of(",:", from);
        if (end == npos || !normal_host(rest.substr(0, end)))
            return 0;
        at += end + 2;
        if (rest[end] == ':')
            return at;
    }
}

} // namespace

AddressResult parse_mailbox(std::string_view text, bool smtputf8)
{
    if (const auto checked = check_bytes(text, smtputf8); !checked)
        return unexpected(checked.error());
    return parse_checked(text);
}

AddressResult parse_path(std::string_view text, bool smtputf8)
{
    if (text.size() < 2 || !text.starts_with('<') || !text.ends_with('>'))
        return unexpected(AddressError::no_brackets);
    std::string_view inside = text.substr(1, text.size() - 2);
    if (inside.empty())
        return Address{};
    if (const auto checked = check_bytes(inside, smtputf8); !checked)
        return unexpected(checked.error());
    const bool routed = inside.starts_with('@');
    if (routed) {
        const std::size_t length = route_length(inside);
        if (length == 0)
            return unexpected(AddressError::bad_route);
        inside.remove_prefix(length);
    }
    AddressResult result = parse_checked(inside);
    if (result)
        result->source_route = routed;
    return result;
}

std::size_t path_length(std::string_view text)
{
    bool quoted = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '"')
            quoted = !quoted;
        else if (quoted && text[i] == '\\')
            ++i;
        else if (!quoted && text[i] == '>')
            return i + 1;
    }
    return npos;
}

Detour detour(const Address& address)
{
    if (address.source_route)
        return Detour::source_route;
    switch (const std::size_t at = address.local().find_first_of("%!@:");
            at == npos ? '\0' : address.local()[at]) {
    case '%':
        return Detour::percent;
    case '!':
        return Detour::bang;
    case '@':
        return Detour::at_sign;
    case ':':
        return Detour::colon;
    default:
        return Detour::none;
    }
}

std::string unquote_local(std::string_view local)
{
    if (!local.starts_with('"') || quoted_length(local) != local.size())
        return std::string(local);
    std::string plain;
    for (std::size_t i = 1; i + 1 < local.size(); ++i) {
        if (local[i] == '\\')
            ++i;
        plain += local[i];
    }
    return plain;
}

std::string fold_case(const Address& address)
{
    return to_lower(address.mailbox);
}

std::string_view describe(AddressError error)
{
    switch (error) {
    case AddressError::no_brackets:
        return "address needs angle brackets";
    case AddressError::empty:
        return "address is empty";
    case AddressError::no_domain:
        return "address has no domain";
    case AddressError::bad_local:
        return "local part is malformed";
    case AddressError::bad_quoting:
        return "quoted local part is malformed";
    case AddressError::bad_domain:
        return "domain is malformed";
    case AddressError::bad_literal:
        return "address literal is malformed";
    case AddressError::bad_route:
        return "source route is malformed";
    case AddressError::too_long:
        return "address is too long";
    case AddressError::control_byte:
        return "address holds a control character";
    case AddressError::needs_smtputf8:
        return "address needs SMTPUTF8";
    case AddressError::bad_utf8:
        return "address is not UTF-8";
    }
    return "address is malformed";
}

std::string_view describe(Detour detour)
{
    switch (detour) {
    case Detour::none:
        return "none";
    case Detour::source_route:
        return "source-route";
    case Detour::percent:
        return "percent";
    case Detour::bang:
        return "bang";
    case Detour::at_sign:
        return "at-sign";
    case Detour::colon:
        return "colon";
    }
    return "none";
}

} // namespace text
