// SPDX-License-Identifier: Apache-2.0
#include "smtp/proxy_header.h"

#include "text/domain.h"
#include "text/words.h"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <optional>

namespace smtp {

namespace {

using Kind = ProxyHeader::Kind;
using State = ProxyResult::State;
using namespace std::string_view_literals;

constexpr std::string_view v1_start = "PROXY ";
constexpr std::string_view v2_start = "\r\n\r\n\0\r\nQUIT\n"sv;
constexpr std::size_t v2_fixed = 16;
constexpr unsigned v2_local = 0x20;
constexpr unsigned v2_proxy = 0x21;
constexpr unsigned v2_tcp4 = 0x11;
constexpr unsigned v2_tcp6 = 0x21;

const ProxyResult need_more{State::more, 0, {}};
const ProxyResult malformed{State::malformed, 0, {}};

bool may_become(std::string_view bytes, std::string_view start)
{
    const std::size_t length = std::min(bytes.size(), start.size());
    return bytes.substr(0, length) == start.substr(0, length);
}

// --- version 1
// -------------------------------------------------------------------------------

std::optional<std::uint16_t> parse_port(std::string_view text)
{
    const auto number = text::number_in<std::uint64_t>(text);
    if (!number || *number > 65535 || (text.size() > 1 && text.starts_with('0')))
        return std::nullopt;
    return static_cast<std::uint16_t>(*number);
}

std::optional<std::string> parse_ip(Kind kind, std::string_view text)
{
    if (kind == Kind::ipv6)
        return text::literal_ip("IPv6:" + std::string(text));
    return text::literal_ip(text);
}

// "TCP4 192.0.2.1 198.51.100.1 56324 25"
std::optional<ProxyHeader> parse_v1(std::string_view text)
{
    ProxyHeader header;
    const std::string_view family = text::take_word(text);
    if (family == "UNKNOWN")
        return header;
    if (family != "TCP4" && family != "TCP6")
        return std::nullopt;
    header.kind = family == "TCP4" ? Kind::ipv4 : Kind::ipv6;
    const auto source = parse_ip(header.kind, text::take_word(text));
    const auto destination = parse_ip(header.kind, text::take_word(text));
    const auto source_port = parse_port(text::take_word(text));
    const auto destination_port = parse_port(text);
    if (!source || !destination || !source_port || !destination_port)
        return std::nullopt;
    header.source = *source;
    header.destination = *destination;
    header.source_port = *source_port;
    header.destination_port = *destination_port;
    return header;
}

ProxyResult take_v1(std::string_view bytes)
{
    const std::string_view seen = bytes.substr(0, max_proxy_v1);
    const std::size_t end = seen.find('\n');
    if (end == std::string_view::npos)
        return bytes.size() < max_proxy_v1 ? need_more : malformed;
    if (seen[end - 1] != '\r')
        return malformed;
    auto header = parse_v1(seen.substr(v1_start.size(), end - 1 - v1_start.size()));
    if (!header)
        return malformed;
    return {State::complete, end + 1, *std::move(header)};
}

// --- version 2
// -------------------------------------------------------------------------------

unsigned byte_at(std::string_view bytes, std::size_t i)
{
    return static_cast<unsigned char>(bytes[i]);
}

std::uint16_t number_at(std::string_view bytes, std::size_t i)
{
    return static_cast<std::uint16_t>(byte_at(bytes, i) << 8 | byte_at(bytes, i + 1));
}

std::string ip_text(int family, std::string_view bytes)
{
    std::array<char, INET6_ADDRSTRLEN> text{};
    inet_ntop(family, bytes.data(), text.data(), text.size());
    return text.data();
}

ProxyHeader addresses(Kind kind, std::string_view body)
{
    const std::size_t size = kind == Kind::ipv4 ? 4 : 16;
    const int family = kind == Kind::ipv4 ? AF_INET : AF_INET6;
    return {kind, ip_text(family, body.substr(0, size)), number_at(body, 2 * size),
            ip_text(family, body.substr(size, size)), number_at(body, 2 * size + 2)};
}

// LOCAL, and families other than TCP over IP, mean: use the real connection's addresses.
// What stands behind the addresses (TLVs) is skipped by its length.
ProxyResult take_v2(std::string_view bytes)
{
    if (bytes.size() < v2_fixed)
        return need_more;
    const unsigned command = byte_at(bytes, 12);
    const unsigned family = byte_at(bytes, 13);
    const std::size_t total = v2_fixed + number_at(bytes, 14);
    if ((command != v2_local && command != v2_proxy) || total > max_proxy_v2)
        return malformed;
    if (bytes.size() < total)
        return need_more;
    if (command == v2_local || (family != v2_tcp4 && family != v2_tcp6))
        return {State::complete, total, {}};
    const Kind kind = family == v2_tcp4 ? Kind::ipv4 : Kind::ipv6;
    const std::string_view body = bytes.substr(v2_fixed, total - v2_fixed);
    if (body.size() < (kind == Kind::ipv4 ? 12 : 36))
        return malformed;
    return {State::complete, total, addresses(kind, body)};
}

void append_number(std::string& out, std::size_t number)
{
    out += static_cast<char>(number >> 8 & 255);
    out += static_cast<char>(number & 255);
}

std::optional<std::string> ip_bytes(Kind kind, const std::string& text)
{
    std::array<char, 16> bytes{};
    if (inet_pton(kind == Kind::ipv4 ? AF_INET : AF_INET6, text.c_str(), bytes.data()) != 1)
        return std::nullopt;
    return std::string(bytes.data(), kind == Kind::ipv4 ? 4 : 16);
}

std::string local_v2()
{
    std::string out(v2_start);
    out += static_cast<char>(v2_local);
    out.append(3, '\0');
    return out;
}

} // namespace

ProxyResult parse_proxy_header(std::string_view bytes)
{
    if (may_become(bytes, v1_start))
        return bytes.size() < v1_start.size() ? need_more : take_v1(bytes);
    if (may_become(bytes, v2_start))
        return take_v2(bytes);
    return malformed;
}

std::string write_proxy_v2(const ProxyHeader& header)
{
    if (header.kind == Kind::local)
        return local_v2();
    const auto source = ip_bytes(header.kind, header.source);
    const auto destination = ip_bytes(header.kind, header.destination);
    if (!source || !destination)
        return local_v2();
    std::string out(v2_start);
    out += static_cast<char>(v2_proxy);
    out += static_cast<char>(header.kind == Kind::ipv4 ? v2_tcp4 : v2_tcp6);
    append_number(out, source->size() * 2 + 4);
    out += *source + *destination;
    append_number(out, header.source_port);
    append_number(out, header.destination_port);
    return out;
}

} // namespace smtp
