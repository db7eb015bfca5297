// SPDX-License-Identifier: Apache-2.0
// What is under way on a connection is one exchange at a time: something is written, and an
// answer is waited for.  The loop runs while an exchange is under way and never otherwise.
#include "handover/stream_courier.h"

#include "base/failure.h"
#include "handover/stream_exchange.h"
#include "net/connect.h"
#include "net/tls.h"

#include <netdb.h>
#include <optional>
#include <utility>
#include <vector>

namespace handover {

namespace {

std::vector<net::Address> addresses_of(const li::Peer& peer)
{
    if (const auto address = net::Address::parse_ip(peer.host, peer.port))
        return {*address};
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    std::vector<net::Address> all;
    if (::getaddrinfo(peer.host.c_str(), std::to_string(peer.port).c_str(), &hints,
                      &found) != 0)
        return all;
    for (const addrinfo* one = found; one != nullptr; one = one->ai_next)
        all.push_back(net::Address::from_sockaddr(one->ai_addr, one->ai_addrlen));
    ::freeaddrinfo(found);
    return all;
}

std::string name_of(const li::Peer& peer)
{
    const bool six = peer.host.contains(':');
    return (six ? "[" + peer.host + "]" : peer.host) + ":" + std::to_string(peer.port);
}

std::unique_ptr<net::TlsContext> make_tls(const li::Destination& where,
                                          const StreamOptions& options)
{
    if (where.method != li::Method::tls)
        return nullptr;
    net::ClientTlsOptions tls;
    tls.verify = net::TlsVerify::name;
    tls.ca_file = options.ca_file;
    tls.certificate = {options.certificate_file, options.key_file};
    return std::make_unique<net::TlsContext>(tls);
}

class StreamCourier : public Courier {
public:
    StreamCourier(const li::Destination& where, StreamOptions options)
        : peers_{where.peer}, options_(std::move(options)), tls_(make_tls(where, options_))
    {
        peers_.insert(peers_.end(), where.standby.begin(), where.standby.end());
    }

    Outcome deliver(const Parcel& parcel, const Watch& watch,
                    std::stop_token stop) override;
    std::optional<Found> reconcile(const Parcel& parcel, std::stop_token stop) override
    {
        (void)parcel;
        (void)stop;
        return std::nullopt;
    }
    void tend() override;
    Outcome probe(std::stop_token stop) override { return deliver({}, {}, stop); }

private:
    // Runs one dialogue to its end; what it throws becomes the trouble of `outcome_`.
    void run(net::Task<void> dialogue, const std::stop_token& stop);
    net::Task<void> guarded(net::Task<void> dialogue);
    net::Task<void> open(li::Peer peer);
    net::Task<void> open_at(net::Address address, std::string host);
    net::Task<void> hand_over(std::string_view octets);
    net::Task<void> keep_alive();
    void offer(const Parcel& parcel, const Watch& watch, const std::stop_token& stop);
    void drop() { exchange_.reset(); }

    std::vector<li::Peer> peers_;
    StreamOptions options_;
    std::unique_ptr<net::TlsContext> tls_;
    net::Loop loop_;
    std::unique_ptr<Exchange> exchange_; // of the open connection; null: there is none
    std::string peer_;
    Outcome outcome_;
};

void StreamCourier::run(net::Task<void> dialogue, const std::stop_token& stop)
{
    const std::stop_callback hurry(stop, [this] {
        loop_.post([this] {
            if (exchange_)
                exchange_->abort();
        });
    });
    loop_.spawn("-", guarded(std::move(dialogue)));
    loop_.run();
}

net::Task<void> StreamCourier::guarded(net::Task<void> dialogue)
{
    bool fine = true;
    try {
        co_await std::move(dialogue);
    } catch (const std::runtime_error& error) {
        outcome_.trouble = peer_ + ": " + error.what();
        fine = false;
    }
    if (!fine)
        drop();
    loop_.stop(); // not only when the clock of its deadlines has run down
}

net::Task<void> StreamCourier::open_at(net::Address address, std::string host)
{
    auto connected = co_await net::connect(loop_, address, options_.connect_timeout);
    if (!connected)
        throw net::PeerGone(connected.error().why);
    exchange_ = std::make_unique<Exchange>(*std::move(connected), options_);
    if (tls_)
        co_await exchange_->start_tls(*tls_, std::move(host));
    co_await exchange_->negotiate();
}

net::Task<void> StreamCourier::open(li::Peer peer)
{
    peer_ = name_of(peer);
    const std::vector<net::Address> addresses = addresses_of(peer);
    if (addresses.empty())
        throw net::PeerGone("the name has no address");
    co_await open_at(addresses.front(), peer.host);
}

net::Task<void> StreamCourier::hand_over(std::string_view octets)
{
    const std::string receipt = co_await exchange_->hand_over(octets);
    outcome_.receipt = receipt;
    outcome_.result = Outcome::Result::delivered;
    if (exchange_->closed())
        drop();
}

net::Task<void> StreamCourier::keep_alive()
{
    co_await exchange_->keep_alive();
}

void StreamCourier::offer(const Parcel& parcel, const Watch& watch,
                          const std::stop_token& stop)
{
    if (watch)
        watch(Step::uploading, peer_);
    outcome_.step = Step::uploading;
    run(hand_over(parcel.octets), stop);
}

Outcome StreamCourier::deliver(const Parcel& parcel, const Watch& watch,
                               std::stop_token stop)
{
    outcome_ = {};
    const auto delivered = [this] { return outcome_.result == Outcome::Result::delivered; };
    if (exchange_)
        offer(parcel, watch, stop);
    for (auto peer = peers_.begin();
         peer != peers_.end() && !delivered() && !stop.stop_requested(); ++peer) {
        run(open(*peer), stop);
        if (exchange_)
            offer(parcel, watch, stop);
    }
    outcome_.peer = peer_;
    if (delivered())
        outcome_.trouble.clear();
    else if (outcome_.trouble.empty())
        outcome_.trouble = "stopped";
    return std::exchange(outcome_, {});
}

void StreamCourier::tend()
{
    if (exchange_ && exchange_->is_idle())
        run(keep_alive(), {});
}

} // namespace

std::unique_ptr<Courier> make_stream_courier(const li::Destination& where,
                                             StreamOptions options)
{
    return std::make_unique<StreamCourier>(where, std::move(options));
}

} // namespace handover
