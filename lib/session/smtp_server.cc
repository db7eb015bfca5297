// SPDX-License-Identifier: Apache-2.0
// session/smtp_server.cc - see the header.

#include "session/smtp_server.h"

#include "session/smtp_server_session.h"

#include <fmt/format.h>

#include <string>
#include <utility>

namespace session {

namespace {

constexpr std::uint32_t kMostNameLookups = 2000; // at a time; others are "unknown"

} // namespace

SmtpServer::SmtpServer(SmtpWorld world, const SharedLimits& limits)
    : Reception(world.loop, limits.rates), world_(world),
      envelopes_(limits.envelopes_memory), tarpit_(limits.tarpit_places),
      name_lookups_(kMostNameLookups)
{
}

void SmtpServer::set_limits(const SharedLimits& fresh)
{
    limits().set_rates(fresh.rates);
    envelopes_.set_limit(fresh.envelopes_memory);
    tarpit_.set_limit(fresh.tarpit_places);
}

std::string SmtpServer::farewell(std::string_view why) const
{
    return fmt::format("421 4.7.0 {}\r\n", why);
}

void SmtpServer::serve(base::Fd fd, const net::Address& peer,
                       std::shared_ptr<const SmtpListener> listener)
{
    // Behind a load balancer the client is not known yet; the session asks for admission.
    const Door door{.listener = listener->name,
                    .tls_at_once = listener->tls_at_once,
                    .front_end = listener->trust_proxy.contains(peer) ||
                                 listener->trust_xclient.contains(peer)};
    receive(std::move(fd), peer, door, [&](Arrival arrival) {
        return std::make_unique<SmtpServerSession>(*this, listener, std::move(arrival));
    });
}

} // namespace session
