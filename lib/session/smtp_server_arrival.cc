// SPDX-License-Identifier: Apache-2.0
// session/smtp_server_arrival.cc - before the greeting: who is there, may they come in?

#include "base/log.h"
#include "session/proxy_arrival.h"
#include "session/smtp_server_session.h"

#include <utility>

namespace session {

namespace {

// How long the first message of a session waits for the client's name at most.
constexpr base::milliseconds kNamePatience{1500};
constexpr base::milliseconds kNameStep{20};

net::Task<void> look_up_name(net::Resolver& resolver, net::Address address,
                             std::shared_ptr<ClientName> result,
                             [[maybe_unused]] Place place)
{
    const net::DnsAnswer<std::string> answer = co_await resolver.verified_name(address);
    if (!answer.records.empty())
        result->name = answer.records.front();
    result->done = true;
}

} // namespace

net::Task<bool> SmtpServerSession::arrive()
{
    base::log(base::Level::debug, "session-started", id_,
              {{"client", peer_.text()}, {"listener", listener_->name}});
    wire_.stream().set_timeout(listener_->times.greeting);

    if (listener_->trust_proxy.contains(peer_)) {
        const bool heard = co_await hear_proxy_header();
        if (!heard)
            co_return false;
    }
    // Behind a balancer this is about the client the header names: the balancer's own
    // address would make a front end of everybody it lets through.
    const bool front_end = listener_->trust_xclient.contains(client_.address);
    if (!counted_ && !front_end && !admitted()) // a front end speaks for many
        co_return false;
    begin_name_lookup();
    if (listener_->tls_at_once)
        co_await wire_.stream().accept_tls(*listener_->tls);

    smtp::Service service = listener_->service;
    service.xclient = front_end;
    service.xforward = listener_->trust_xforward.contains(client_.address);
    transaction_ = std::make_unique<smtp::Transaction>(service, listener_->tls_at_once);
    const tap::SmtpScene& scene = *this;
    if (server_.world().tap != nullptr) {
        witness_ = std::make_unique<tap::SmtpWitness>(*server_.world().tap, scene, id_);
        wire_.when_flushed([this] { witness_->catch_up(); });
    }
    co_return true;
}

net::Task<bool> SmtpServerSession::hear_proxy_header()
{
    std::expected<net::Address, ProxyHeaderRefused> said =
        co_await session::hear_proxy_header(wire_.stream());
    if (!said) {
        why_ended_ = "proxy";
        base::log(base::Level::notice, "proxy-header-refused", id_,
                  {{"peer", peer_.ip()}, {"listener", listener_->name}});
        co_return false;
    }
    arrived_ = *std::move(said);
    client_.address = arrived_;
    co_return true;
}

// Whoever came directly was counted at the door; behind a balancer it is known only now.
bool SmtpServerSession::admitted()
{
    const Admission admission = server_.may_enter(client_.address, id_, listener_->name);
    if (admission == Admission::admitted) {
        counted_ = client_.address;
        return true;
    }
    why_ended_ = "refused";
    if (!listener_->tls_at_once)
        wire_.say({421, "4.7.0", std::string(describe(admission))});
    return false;
}

void SmtpServerSession::begin_name_lookup()
{
    lookup_.reset();
    const SmtpWorld& world = server_.world();
    const bool has_address = client_.address.family() == net::Address::Family::ipv4 ||
                             client_.address.family() == net::Address::Family::ipv6;
    if (!listener_->look_up_client || world.resolver == nullptr || !has_address ||
        client_.address.is_loopback())
        return;
    Place place(server_.name_lookups());
    if (!place)
        return;
    lookup_ = std::make_shared<ClientName>();
    world.loop.spawn(
        id_, look_up_name(*world.resolver, client_.address, lookup_, std::move(place)));
}

net::Task<void> SmtpServerSession::wait_for_name()
{
    while (lookup_ && !lookup_->done && base::Steady::now() < started_ + kNamePatience)
        co_await net::sleep_for(server_.world().loop, kNameStep);
}

const std::string& SmtpServerSession::client_name() const
{
    return lookup_ && client_.name.empty() ? lookup_->name : client_.name;
}

} // namespace session
