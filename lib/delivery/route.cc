// SPDX-License-Identifier: Apache-2.0
// delivery/route.cc - see route.h.
#include "delivery/route.h"

#include "base/failure.h"
#include "delivery/expansion.h"

#include <charconv>
#include <utility>

namespace delivery {

namespace {

constexpr std::size_t most_known = 10000;
constexpr std::int64_t day = 86400;

Decision failed(std::string_view address, std::string why, smtp::EnhancedStatus status)
{
    Decision out;
    out.kind = Decision::Kind::fail;
    out.address = address;
    out.why = std::move(why);
    out.status = status;
    return out;
}

std::string host_key(const db::RouteHost& host)
{
    const bool bare_v6 = host.host.find(':') != std::string::npos &&
                         !host.host.starts_with('[') && !host.host.starts_with("mx:");
    return (bare_v6 ? "[" + host.host + "]" : host.host) + ":" + std::to_string(host.port);
}

// What sets two routes to the same host apart: they must not share a connection.
std::string policy_key(const db::RouteHost& host)
{
    std::string out;
    if (host.protocol == db::Protocol::lmtp)
        out += "/lmtp";
    if (host.tls != db::TlsPolicy::may)
        out += "/tls" + std::to_string(static_cast<int>(host.tls));
    if (!host.tls_name.empty() || !host.fingerprint.empty() || !host.ca_file.empty())
        out +=
            "/" + host.tls_name + "," + host.fingerprint.substr(0, 8) + "," + host.ca_file;
    if (!host.username.empty())
        out += "/" + host.username;
    if (host.client_info != db::ClientInfo::none)
        out += "/info" + std::to_string(static_cast<int>(host.client_info));
    if (host.hold_5xx) // the guard of one is not that of the other
        out += "/guarded";
    return out;
}

std::string pattern_key(const std::vector<db::RouteHost>& rows)
{
    return "route " + rows.front().pattern;
}

} // namespace

db::RouteHost parse_host(std::string_view endpoint)
{
    db::RouteHost out;
    out.host = endpoint;
    const std::size_t colon = endpoint.rfind(':');
    const bool bare_v6 = endpoint.find(':') != colon && !endpoint.starts_with('[');
    if (colon == std::string_view::npos || bare_v6 || endpoint.ends_with(']'))
        return out;
    const std::string_view port = endpoint.substr(colon + 1);
    const auto [end, error] =
        std::from_chars(port.data(), port.data() + port.size(), out.port);
    if (error == std::errc{} && end == port.data() + port.size())
        out.host = endpoint.substr(0, colon);
    return out;
}

Router::Router(Facts& facts, RouteOptions options, const smtp::Srs* srs)
    : facts_(facts), options_(std::move(options)), srs_(srs)
{
}

Decision Router::decide(const spool::Envelope& envelope, std::string_view recipient,
                        std::int64_t now, bool released)
{
    std::string address(recipient);
    if (srs_ != nullptr) {
        const auto original = srs_->reverse(address, now / day);
        if (original)
            address = *original;
        else if (original.error() != smtp::SrsError::not_srs)
            return failed(address, std::string(smtp::describe(original.error())),
                          {5, 1, 1});
    }
    address = rewritten(address, facts_);
    if (address.empty())
        return failed(recipient, "the address is rewritten in a circle", {5, 4, 6});
    const std::string domain = domain_of(address);
    if (domain.empty())
        return failed(address, "the address has no domain", {5, 1, 2});
    Decision out;
    const auto row = facts_.domain(domain);
    if (row && row->hold && !released) {
        out.kind = Decision::Kind::hold;
        out.why = "domain " + domain + " is on hold";
    } else {
        out.next = next_hop(envelope, address);
    }
    out.address = std::move(address);
    return out;
}

NextHopPtr Router::next_hop(const spool::Envelope& envelope, const std::string& address)
{
    if (const std::uint64_t version = facts_.version();
        version != version_ || known_.size() > most_known) {
        version_ = version;
        known_.clear();
    }
    if (!envelope.route.empty())
        return by_name(envelope.route);
    const std::vector<db::RouteHost>& rows = facts_.route(address);
    if (!rows.empty())
        return by_route(rows);
    const std::string domain = domain_of(address);
    if (const std::string* backend = listener_backend(envelope, domain))
        return by_host(*backend);
    if (!options_.smarthost.empty())
        return by_host(options_.smarthost);
    return by_mx(domain);
}

// Mail for strangers that we ourselves made (forwards, and replays to others than its
// client has named) does not go to the backend of a listener: it would be asked to relay.
const std::string* Router::listener_backend(const spool::Envelope& envelope,
                                            const std::string& domain)
{
    const auto found = options_.listener_backends.find(envelope.client.listener);
    if (found == options_.listener_backends.end() || found->second.empty())
        return nullptr;
    const bool ours = envelope.origin == spool::Origin::forward || envelope.redirected;
    if (ours && !facts_.domain(domain))
        return nullptr;
    return &found->second;
}

NextHopPtr Router::remember(const std::string& key, NextHop hop)
{
    hop.hold_5xx |= options_.hold_5xx;
    for (const db::RouteHost& host : hop.hosts)
        hop.hold_5xx |= host.hold_5xx;
    return known_[key] = std::make_shared<const NextHop>(std::move(hop));
}

// Never another way: whoever has said it meant another server than the ordinary one.  It
// waits, for the row may be on its way.
NextHopPtr Router::by_name(const std::string& pattern)
{
    const std::vector<db::RouteHost>& rows = facts_.named_route(pattern);
    if (rows.empty())
        throw base::Failure(base::Remedy::try_later, "there is no route " + pattern);
    return by_route(rows);
}

NextHopPtr Router::by_route(const std::vector<db::RouteHost>& rows)
{
    const std::string key = pattern_key(rows);
    if (const auto known = known_.find(key); known != known_.end())
        return known->second;
    NextHop hop;
    hop.kind = NextHop::Kind::hosts;
    hop.hosts = rows;
    hop.lmtp = rows.front().protocol == db::Protocol::lmtp;
    std::string policies;
    for (const db::RouteHost& host : rows) {
        hop.key.append(hop.key.empty() ? "" : ",").append(host_key(host));
        policies += policy_key(host);
    }
    hop.key += policies;
    return remember(key, std::move(hop));
}

NextHopPtr Router::by_host(std::string_view endpoint)
{
    const std::string key = "host " + std::string(endpoint);
    if (const auto known = known_.find(key); known != known_.end())
        return known->second;
    NextHop hop;
    hop.kind = NextHop::Kind::hosts;
    hop.hosts = {parse_host(endpoint)};
    hop.key = host_key(hop.hosts.front());
    return remember(key, std::move(hop));
}

NextHopPtr Router::by_mx(const std::string& domain)
{
    const std::string key = "mx " + domain;
    if (const auto known = known_.find(key); known != known_.end())
        return known->second;
    NextHop hop;
    hop.domain = domain;
    if (domain.starts_with('[')) { // user@[192.0.2.1]: that host and no other
        hop.kind = NextHop::Kind::hosts;
        db::RouteHost host;
        const bool v6 = domain.starts_with("[ipv6:");
        host.host = domain.substr(v6 ? 6 : 1, domain.size() - (v6 ? 7 : 2));
        host.port = options_.mx_port;
        hop.key = host_key(host);
        hop.hosts = {std::move(host)};
    } else {
        hop.key = "mx:" + domain;
    }
    return remember(key, std::move(hop));
}

} // namespace delivery
