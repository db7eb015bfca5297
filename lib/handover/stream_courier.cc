// SPDX-License-Identifier: Apache-2.0
// What is under way on a connection is one exchange at a time: something is written, and an
// answer is waited for.  The loop runs while an exchange is under way and never otherwise.
#include "handover/stream_courier.h"

#include "base/failure.h"
#include "handover/peer_key.h"
#include "handover/stream_exchange.h"
#include "li/words.h"
#include "net/connect.h"
#include "net/tls.h"
#include "text/base64.h"

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

// For each peer, since each may have a key of its own; none for plain TCP.
std::vector<std::unique_ptr<net::TlsContext>> make_tls(const li::Destination& where,
                                                       const StreamOptions& options)
{
    std::vector<std::unique_ptr<net::TlsContext>> all;
    if (where.method != li::Method::tls)
        return all;
    for (std::size_t host = 0; host <= where.standby.size(); ++host) {
        const std::string key = peer_key_of(where.peer_key, host);
        net::ClientTlsOptions tls;
        tls.verify = key.empty() ? net::TlsVerify::name : net::TlsVerify::fingerprint;
        if (!key.empty()) // what is no digest is refused there
            tls.fingerprints = {"key:" + text::hex(text::from_base64(key).value_or(""))};
        tls.ca_pem = options.trusted;
        tls.certificate = {options.certificate_file, options.key_file};
        all.push_back(std::make_unique<net::TlsContext>(tls));
    }
    return all;
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
    std::vector<Outcome> probe(std::stop_token stop) override;

private:
    // Runs one dialogue to its end; what it throws becomes the trouble of `outcome_`.
    void run(net::Task<void> dialogue, const std::stop_token& stop);
    net::Task<void> guarded(net::Task<void> dialogue);
    net::Task<void> open(std::size_t host);
    net::Task<void> open_at(net::Address address, std::size_t host);
    net::Task<void> hand_over(std::string_view octets);
    net::Task<void> keep_alive();
    void offer(const Parcel& parcel, const Watch& watch, const std::stop_token& stop);
    // The same on a connection of its own.
    void offer_at(std::size_t host, const Parcel& parcel, const Watch& watch,
                  const std::stop_token& stop);
    [[nodiscard]] bool delivered() const
    {
        return outcome_.result == Outcome::Result::delivered;
    }
    // What failed is told beside what comes of the next connection.
    void go_on();
    [[nodiscard]] Outcome take_outcome();
    void drop() { exchange_.reset(); }

    std::vector<li::Peer> peers_;
    StreamOptions options_;
    std::vector<std::unique_ptr<net::TlsContext>> tls_; // as peers_; empty: plain
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
        outcome_.trouble = error.what();
        fine = false;
    }
    if (!fine)
        drop();
    loop_.stop(); // not only when the clock of its deadlines has run down
}

net::Task<void> StreamCourier::open_at(net::Address address, std::size_t host)
{
    auto connected = co_await net::connect(loop_, address, options_.connect_timeout);
    if (!connected)
        throw net::PeerGone(connected.error().why);
    exchange_ = std::make_unique<Exchange>(*std::move(connected), options_);
    if (!tls_.empty())
        co_await exchange_->start_tls(*tls_[host], peers_[host].host);
    co_await exchange_->negotiate();
}

net::Task<void> StreamCourier::open(std::size_t host)
{
    peer_ = li::to_text(peers_[host]);
    const std::vector<net::Address> addresses = addresses_of(peers_[host]);
    if (addresses.empty())
        throw net::PeerGone("the name has no address");
    co_await open_at(addresses.front(), host);
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

void StreamCourier::offer_at(std::size_t host, const Parcel& parcel, const Watch& watch,
                             const std::stop_token& stop)
{
    run(open(host), stop);
    if (exchange_)
        offer(parcel, watch, stop);
}

void StreamCourier::go_on()
{
    if (!outcome_.trouble.empty())
        outcome_.earlier.push_back({peer_, std::exchange(outcome_.trouble, {})});
}

Outcome StreamCourier::take_outcome()
{
    outcome_.peer = peer_;
    if (delivered())
        outcome_.trouble.clear();
    else if (outcome_.trouble.empty())
        outcome_.trouble = "stopped";
    return std::exchange(outcome_, {});
}

Outcome StreamCourier::deliver(const Parcel& parcel, const Watch& watch,
                               std::stop_token stop)
{
    outcome_ = {};
    if (exchange_)
        offer(parcel, watch, stop);
    for (std::size_t host = 0;
         host < peers_.size() && !delivered() && !stop.stop_requested(); ++host) {
        go_on();
        offer_at(host, parcel, watch, stop);
    }
    return take_outcome();
}

std::vector<Outcome> StreamCourier::probe(std::stop_token stop)
{
    std::vector<Outcome> all;
    outcome_ = {};
    for (std::size_t host = 0; host < peers_.size(); ++host) {
        drop(); // what is open may belong to another host
        peer_ = li::to_text(peers_[host]);
        if (!stop.stop_requested())
            offer_at(host, {}, {}, stop);
        all.push_back(take_outcome());
    }
    drop();
    return all;
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
