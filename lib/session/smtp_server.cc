// SPDX-License-Identifier: Apache-2.0
// session/smtp_server.cc - see the header.

#include "session/smtp_server.h"

#include "base/log.h"
#include "session/smtp_server_session.h"

#include <fmt/format.h>

#include <optional>
#include <string>
#include <sys/socket.h>
#include <unistd.h>

namespace session {

namespace {

constexpr std::uint32_t kMostNameLookups = 2000; // at a time; others are "unknown"

net::Task<void> serve_session(std::unique_ptr<SmtpServerSession> session)
{
    co_await session->run();
}

// Without a dialogue of its own: whoever is too many must cost next to nothing.  Behind TLS
// nobody could read it.
void turn_away(int fd, std::string_view why)
{
    const std::string line = fmt::format("421 4.7.0 {}\r\n", why);
    (void)::send(fd, line.data(), line.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
}

} // namespace

std::string_view describe(Admission admission)
{
    switch (admission) {
    case Admission::admitted:
        break;
    case Admission::too_many:
        return "too many connections, try again later";
    case Admission::too_many_of_client:
        return "too many connections from your address";
    case Admission::too_fast:
        return "too many connections in a minute, try again later";
    }
    return "welcome";
}

SmtpServer::SmtpServer(SmtpWorld world, const SharedLimits& limits)
    : world_(world), limits_(limits.rates), envelopes_(limits.envelopes_memory),
      tarpit_(limits.tarpit_places), name_lookups_(kMostNameLookups)
{
}

SmtpServer::~SmtpServer() = default;

void SmtpServer::set_limits(const SharedLimits& limits)
{
    limits_.set_rates(limits.rates);
    envelopes_.set_limit(limits.envelopes_memory);
    tarpit_.set_limit(limits.tarpit_places);
}

// Unique in this process and next to certain on this machine: the microsecond of its
// beginning, and the process.
std::string SmtpServer::next_session_id()
{
    last_id_ = std::max(last_id_ + 1, base::wall_microseconds());
    return fmt::format("{:x}.{:x}", last_id_, ::getpid());
}

void SmtpServer::serve(base::Fd fd, const net::Address& peer,
                       std::shared_ptr<const SmtpListener> listener)
{
    const std::string id = next_session_id();
    // Behind a load balancer the client is not known yet; the session asks for admission.
    const bool proxied = listener->trust_proxy.contains(peer);
    const bool trusted = proxied || listener->trust_xclient.contains(peer);
    if (draining_) {
        turn_away(fd.get(), "shutting down, try again later");
        return;
    }
    if (!trusted) {
        const Admission admission = limits_.enter(peer, base::wall_seconds());
        if (admission != Admission::admitted) {
            base::log(base::Level::notice, "client-refused", id,
                      {{"client", peer.ip()},
                       {"listener", listener->name},
                       {"reason", describe(admission)}});
            if (!listener->tls_at_once)
                turn_away(fd.get(), describe(admission));
            return;
        }
    }
    std::optional<net::Stream> stream;
    try {
        stream.emplace(world_.loop, std::move(fd));
    } catch (const std::exception&) { // no session will give the place back
        if (!trusted)
            limits_.leave(peer);
        throw;
    }
    auto session = std::make_unique<SmtpServerSession>(
        *this, std::move(listener), std::move(*stream), peer, id, !trusted);
    world_.loop.spawn(id, serve_session(std::move(session)));
}

void SmtpServer::drain()
{
    draining_ = true;
    for (SmtpServerSession* session : sessions_)
        session->drain();
}

void SmtpServer::abort_all()
{
    for (SmtpServerSession* session : sessions_)
        session->abort();
}

void SmtpServer::left(SmtpServerSession* who)
{
    sessions_.erase(who);
    if (sessions_.empty() && tell_idle_)
        tell_idle_();
}

} // namespace session
