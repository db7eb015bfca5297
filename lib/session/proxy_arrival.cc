// SPDX-License-Identifier: Apache-2.0
// session/proxy_arrival.cc - see the header.

#include "session/proxy_arrival.h"

#include "smtp/proxy_header.h"

#include <array>
#include <string>
#include <sys/socket.h>

namespace session {

namespace {

net::Task<void> hear_exactly(net::Stream& stream, std::string& into, std::size_t count)
{
    std::array<char, 512> part;
    while (count > 0) {
        const std::span<char> room(part.data(), std::min(count, part.size()));
        const std::size_t got = co_await stream.read_some(room);
        if (got == 0)
            throw net::PeerGone("client closed the connection");
        into.append(part.data(), got);
        count -= got;
    }
}

// How many of the bytes that wait in the socket belong to a PROXY header that begins with
// `seen`; all of them if the header is longer than what is there.  Looks without taking:
// behind the header TLS may begin, and that is for OpenSSL to read.
std::size_t rest_of_header(int fd, const std::string& seen, smtp::ProxyResult& result)
{
    std::array<char, smtp::max_proxy_v2> waiting;
    const ssize_t count =
        ::recv(fd, waiting.data(), waiting.size(), MSG_PEEK | MSG_DONTWAIT);
    const std::size_t there = count > 0 ? static_cast<std::size_t>(count) : 0;
    result = smtp::parse_proxy_header(seen + std::string(waiting.data(), there));
    if (result.state == smtp::ProxyResult::State::complete)
        return result.consumed - seen.size();
    return there;
}

} // namespace

net::Task<std::expected<net::Address, ProxyHeaderRefused>>
hear_proxy_header(net::Stream& stream)
{
    std::string header;
    smtp::ProxyResult result;
    while (result.state == smtp::ProxyResult::State::more) {
        co_await hear_exactly(stream, header, 1); // waits until something is there
        const std::size_t rest = rest_of_header(stream.fd(), header, result);
        if (rest > 0)
            co_await hear_exactly(stream, header, rest);
    }
    if (result.state == smtp::ProxyResult::State::malformed)
        co_return std::unexpected(ProxyHeaderRefused{});
    const smtp::ProxyHeader& said = result.header;
    if (said.kind == smtp::ProxyHeader::Kind::local)
        co_return stream.peer();
    co_return net::Address::parse_ip(said.source, said.source_port).value_or(stream.peer());
}

} // namespace session
