// SPDX-License-Identifier: Apache-2.0
#include "rehearsal_place.h"

#include "base/failure.h"
#include "net/address.h"

#include <fmt/format.h>

#include <algorithm>

namespace tkuev {

namespace {

// A name, and an address that stands for any, may lead to this machine.
bool may_be_here(const li::Peer& peer)
{
    const auto address = net::Address::parse_ip(peer.host, peer.port);
    return !address || address->is_loopback() || address->ip() == "0.0.0.0" ||
           address->ip() == "::";
}

bool goes_to(const li::Destination& where, std::uint16_t port)
{
    const auto leads = [&](const li::Peer& peer) {
        return peer.port == port && may_be_here(peer);
    };
    return where.method != li::Method::cd &&
           (leads(where.peer) || std::ranges::any_of(where.standby, leads));
}

// To a port of this machine, at once or when another one does not answer.
bool goes_to(const li::Measure& measure, std::uint16_t port)
{
    return goes_to(measure.iri, port) || (measure.cc && goes_to(*measure.cc, port));
}

// "*:25" listens everywhere: also on loopback.
std::optional<net::Address> reachable(const net::Address& address)
{
    if (address.family() == net::Address::Family::none ||
        address.family() == net::Address::Family::unix_path)
        return std::nullopt;
    if (address.ip() == "::")
        return net::Address::parse_ip("::1", address.port());
    if (address.ip() == "0.0.0.0")
        return net::Address::parse_ip("127.0.0.1", address.port());
    return address;
}

std::optional<Gate> gate_at(std::string_view endpoint, bool implicit_tls)
{
    const auto address = net::Address::parse_endpoint(endpoint);
    const auto where = address ? reachable(*address) : std::nullopt;
    return where ? std::optional(Gate{*where, implicit_tls}) : std::nullopt;
}

std::optional<Gate> configured(const conf::Settings& settings, std::string_view program,
                               bool with_login)
{
    for (const conf::Listener& listener : settings.listeners) {
        const bool login = listener.auth != conf::AuthSource::none;
        const bool fits =
            program != "smtp-relayd" || (with_login ? login : !listener.auth_required);
        if (listener.program != program || !fits)
            continue;
        if (auto gate =
                gate_at(listener.address, listener.tls == conf::ListenerTls::implicit))
            return gate;
    }
    return std::nullopt;
}

// A password goes there, and whoever answers is believed to be us.
bool is_ours(const net::Address& address, const conf::Settings& settings)
{
    return address.is_loopback() ||
           std::ranges::any_of(settings.listeners, [&](const conf::Listener& listener) {
               const auto at = net::Address::parse_endpoint(listener.address);
               return at && *at == address;
           });
}

[[noreturn]] void refuse(std::string_view option, std::string_view why)
{
    throw base::Failure(base::Remedy::fix_arguments, fmt::format("--{}: {}", option, why));
}

std::optional<Gate> gate(const Call& call, std::string_view option,
                         const conf::Settings& settings, std::string_view program)
{
    if (!call.has(option))
        return configured(settings, program, option == "submission");
    const auto address = net::Address::parse_endpoint(call.get(option));
    constexpr std::uint16_t implicit[] = {465, 993, 995};
    const bool tls =
        address && std::ranges::find(implicit, address->port()) != std::end(implicit);
    auto named = gate_at(call.get(option), tls);
    if (!named)
        refuse(option, "not an address and a port");
    if (!is_ours(named->address, settings))
        refuse(option, "neither of this machine (127.0.0.1, ::1) nor of a listener");
    return named;
}

} // namespace

Gates gates_of(const Call& call, const conf::Settings& settings)
{
    return {.smtp = gate(call, "smtp", settings, "smtp-relayd"),
            .submission = gate(call, "submission", settings, "smtp-relayd"),
            .pop3 = gate(call, "pop3", settings, "pop-proxy"),
            .imap = gate(call, "imap", settings, "imap-proxy")};
}

bool has_destination_alone(std::span<const db::StoredMeasure> measures,
                           const li::Measure& measure)
{
    const std::uint16_t iri = measure.iri.peer.port;
    const std::uint16_t cc = measure.cc ? measure.cc->peer.port : iri;
    return std::ranges::none_of(measures, [&](const db::StoredMeasure& stored) {
        const li::Measure& other = stored.measure;
        return other.handle != measure.handle &&
               (goes_to(other, iri) || goes_to(other, cc));
    });
}

} // namespace tkuev
