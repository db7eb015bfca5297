// SPDX-License-Identifier: Apache-2.0
// proxy/backends_open.cc - one address of a backend: connect, PROXY header, TLS, greeting.
#include "base/failure.h"
#include "base/log.h"
#include "base/steady.h"
#include "net/connect.h"
#include "proxy/backends.h"
#include "smtp/proxy_header.h"

#include <fmt/format.h>

#include <utility>

namespace proxy {

namespace {

constexpr std::uint32_t most_failed_logins = 3; // in a row, before a host has a rest

bool tls_at_once(const db::RouteHost& host)
{
    return host.protocol == db::Protocol::pop3s || host.protocol == db::Protocol::imaps;
}

// "mail1[192.0.2.1]:143"
std::string link_name(const db::RouteHost& host, const net::Address& address)
{
    if (host.host == address.ip() || host.host == address.text())
        return address.text();
    return fmt::format("{}[{}]:{}", host.host, address.ip(), address.port());
}

// Both addresses of a header are of one family; where somebody else has named the client,
// ours may be of the other, and then says nothing.
std::string proxy_header(const Caller& caller)
{
    using Family = net::Address::Family;
    smtp::ProxyHeader header;
    const Family family = caller.client.family();
    if (family == Family::ipv4)
        header.kind = smtp::ProxyHeader::Kind::ipv4;
    else if (family == Family::ipv6)
        header.kind = smtp::ProxyHeader::Kind::ipv6;
    header.source = caller.client.ip();
    header.source_port = caller.client.port();
    header.destination = family == Family::ipv6 ? "::" : "0.0.0.0";
    if (caller.local.family() == family)
        header.destination = caller.local.ip();
    header.destination_port = caller.local.port();
    return smtp::write_proxy_v2(header);
}

net::Task<void> begin_tls(Link& link)
{
    const db::RouteHost& host = link.host;
    co_await link.leg->stream().connect_tls(
        *link.tls, host.tls_name.empty() ? host.host : host.tls_name);
}

void log_failure(bool was_dead, const Link& link, const Trouble& trouble,
                 std::string_view id)
{
    base::log(was_dead ? base::Level::info : base::Level::error, "backend-failed", id,
              {{"backend", link.address},
               {"kind", name_of(trouble.kind)},
               {"route", link.host.pattern},
               {"reason", trouble.why}});
}

} // namespace

net::Task<void> Link::start_tls()
{
    leg->forget_input();
    co_await begin_tls(*this);
}

bool Link::needs_starttls() const
{
    return tls != nullptr && !leg->stream().is_tls();
}

Trouble trouble_now(const std::string& name)
{
    try {
        throw;
    } catch (const net::TimedOut&) {
        return {TroubleKind::down, name + ": no answer in time", {}};
    } catch (const net::PeerGone& gone) {
        return {TroubleKind::broken, name + ": " + gone.what(), {}};
    } catch (const net::TlsFailure& failure) {
        return {TroubleKind::tls, name + ": " + failure.what(), {}};
    } catch (const base::Failure& failure) {
        return {TroubleKind::unavailable, failure.what(), {}};
    }
}

// With its last step the candidate is ready for a login.
net::Task<std::optional<Trouble>> Backends::prepare(Link& link, const Caller& caller,
                                                    Greeter& greeter)
{
    try {
        if (link.host.client_info == db::ClientInfo::proxy)
            co_await link.leg->write(proxy_header(caller));
        if (tls_at_once(link.host))
            co_await begin_tls(link);
        co_return co_await greeter.greet(link);
    } catch (const std::runtime_error&) {
        co_return trouble_now(link.name);
    }
}

net::Task<std::expected<Link, Trouble>> Backends::try_one(Candidate candidate,
                                                          ListenerPtr listener,
                                                          const Caller& caller,
                                                          Greeter& greeter)
{
    const bool probe =
        condition_of(candidate.key).health.dead() || outages_.of(candidate.key).lasts();
    if (probe)
        ++condition_of(candidate.key).probing;
    Link link;
    link.name = link_name(candidate.host, candidate.address);
    link.host = candidate.host;
    link.address = candidate.address.text();
    link.ip = candidate.address.ip();
    link.key = candidate.key;
    if (candidate.address.family() == net::Address::Family::unix_path)
        link.user_domain = listener->user_domain;
    std::optional<Trouble> trouble;
    auto stream = co_await net::connect(loop_, candidate.address, listener->times.connect);
    const bool ours = !stream && stream.error().ours;
    if (!stream) {
        trouble = Trouble{ours ? TroubleKind::unavailable : TroubleKind::down,
                          std::move(stream.error().why),
                          {}};
    } else {
        link.leg = std::make_unique<Leg>(std::move(*stream));
        link.set_timeout(listener->times.backend);
        try {
            if (candidate.host.tls != db::TlsPolicy::none)
                link.tls = contexts_.of(candidate.host);
            trouble = co_await prepare(link, caller, greeter);
        } catch (const base::Failure& failure) {
            trouble = Trouble{TroubleKind::tls, failure.what(), {}};
        }
    }
    if (probe)
        --condition_of(candidate.key).probing;
    if (!ours)
        note(link, trouble, caller.id);
    if (trouble)
        co_return std::unexpected(std::move(*trouble));
    co_return link;
}

void Backends::alive(const Link& link, std::string_view id)
{
    base::log(base::Level::notice, "backend-alive", id,
              {{"backend", link.address}, {"route", link.host.pattern}});
    if (tell_alive_)
        tell_alive_(link.host.host, link.ip);
}

void Backends::note(const Link& link, const std::optional<Trouble>& trouble,
                    std::string_view id)
{
    Condition& condition = condition_of(link.key);
    session::Health& health = condition.health;
    const bool was_dead = health.dead();
    const bool well = !trouble || !is_of_host(trouble->kind);
    note_outage(link, trouble ? Sign::failed : Sign::greeted, id);
    if (well && condition.failed_logins >= most_failed_logins) {
        // A greeting is not enough: the others wait for how this login comes out.
        health.failed(base::steady_seconds(), std::string(health.why()), 0);
        return;
    }
    if (well) {
        health.succeeded();
        if (was_dead)
            alive(link, id);
        return;
    }
    health.failed(base::steady_seconds(), trouble->why, 0);
    if (!was_dead || !condition.watched) // every ten seconds the same is no news
        log_failure(was_dead, link, *trouble, id);
}

void Backends::note_login(const Link& link, const Trouble* trouble, std::string_view id)
{
    Condition& condition = condition_of(link.key);
    const bool was_dead = condition.health.dead();
    const bool failed = trouble != nullptr && another_may_do_better(trouble->kind);
    note_outage(link, failed ? Sign::failed : Sign::logged_in, id);
    if (trouble == nullptr || !is_of_host(trouble->kind)) {
        condition.failed_logins = 0;
        if (was_dead) {
            condition.health.succeeded();
            alive(link, id);
        }
        return;
    }
    if (++condition.failed_logins >= most_failed_logins)
        condition.health.failed(base::steady_seconds(), trouble->why, 0);
    log_failure(was_dead, link, *trouble, id);
}

} // namespace proxy
