// SPDX-License-Identifier: Apache-2.0
// smtp/proxy_header.h - the PROXY protocol: who the client behind the load balancer is.
//
// Version 1 (a text line of at most 107 bytes) and version 2 (binary, TLVs skipped), as
// haproxy's proxy-protocol.txt describes them.  Only for peers that must send it: the
// header is either complete and sound, or the connection is closed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace smtp {

struct ProxyHeader {
    enum class Kind : std::uint8_t {
        local, // LOCAL or UNKNOWN: the balancer speaks for itself, use the real addresses
        ipv4,
        ipv6,
    };
    Kind kind = Kind::local;
    std::string source; // "192.0.2.1", "2001:db8::1"
    std::uint16_t source_port = 0;
    std::string destination;
    std::uint16_t destination_port = 0;
    bool operator==(const ProxyHeader&) const = default;
};

struct ProxyResult {
    enum class State : std::uint8_t { more, complete, malformed };
    State state = State::more;
    std::size_t consumed = 0; // complete: bytes of the header
    ProxyHeader header;
};

inline constexpr std::size_t max_proxy_v1 = 107;
// Longest version 2 header we take, TLVs included (certificates of clients fit).
inline constexpr std::size_t max_proxy_v2 = 4096;

// Looks at the first bytes of a connection; call again with more bytes while State::more.
// A byte that cannot belong to a header is malformed at once.
[[nodiscard]] ProxyResult parse_proxy_header(std::string_view bytes);

// Version 2, PROXY command, TCP over IPv4 or IPv6; LOCAL for Kind::local or when the two
// addresses are not of one family.
[[nodiscard]] std::string write_proxy_v2(const ProxyHeader& header);

} // namespace smtp
