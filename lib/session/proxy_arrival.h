// SPDX-License-Identifier: Apache-2.0
// session/proxy_arrival.h - the first bytes of a connection that a load balancer passes on:
// for whom it comes (PROXY protocol, smtp/proxy_header.h).
#pragma once

#include "net/address.h"
#include "net/stream.h"
#include "net/task.h"

#include <expected>

namespace session {

// What came is no header, or half a one: the connection has to be closed.
struct ProxyHeaderRefused {};

// Takes the header and not a byte more, because TLS may begin directly behind it.  The
// client's address; the peer's own where the balancer speaks for itself.  A deadline and
// the end of the connection throw, as in net/stream.h.
[[nodiscard]] net::Task<std::expected<net::Address, ProxyHeaderRefused>>
hear_proxy_header(net::Stream& stream);

} // namespace session
