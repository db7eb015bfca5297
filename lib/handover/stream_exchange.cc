// SPDX-License-Identifier: Apache-2.0
#include "handover/stream_exchange.h"

#include "etsi/pdu.h"
#include "etsi/received.h"

#include <array>
#include <utility>
#include <variant>

namespace handover {

namespace {

// A peer that reads slower than this is taken for dead.
constexpr std::size_t slowest_octets_a_second = 32 << 10;
constexpr std::size_t written_at_once = 256 << 10;

// An authority's equipment sends transport messages only; more is no answer to us.
constexpr std::size_t longest_message = 64 << 10;

std::string encode(const etsi::PsHeader& header, std::uint32_t number, etsi::Tri message)
{
    etsi::Pdu pdu{header, std::move(message)};
    pdu.header.cin.reset();
    pdu.header.sequence_number = number;
    pdu.header.time = etsi::MicroTime::from_microseconds(
        static_cast<std::uint64_t>(base::wall_microseconds()));
    pdu.header.qualifier = etsi::TimeQualifier::mediation;
    auto octets = etsi::encode(pdu);
    if (!octets)
        throw net::PeerGone("cannot encode a transport message: " + octets.error().text());
    return *std::move(octets);
}

bool accepts(const etsi::Tri& message)
{
    const auto* response = std::get_if<etsi::OptionResponse>(&message);
    return response != nullptr && response->acknowledgement_accepted;
}

} // namespace

Exchange::Exchange(net::Stream stream, const StreamOptions& options)
    : stream_(std::move(stream)), options_(options)
{
}

net::Task<void> Exchange::start_tls(const net::TlsContext& context, std::string host)
{
    stream_.set_timeout(options_.response);
    co_await stream_.connect_tls(context, std::move(host));
    stream_.set_deadline(base::SteadyTime::max());
}

bool Exchange::is_idle() const
{
    return base::Steady::now() - last_ >= options_.keep_alive;
}

net::Task<void> Exchange::write(etsi::Tri message)
{
    const std::string octets = encode(options_.header, number_++, std::move(message));
    co_await stream_.write(octets);
}

net::Task<void> Exchange::read_more()
{
    std::array<char, 4096> buffer;
    const std::size_t count = co_await stream_.read_some(buffer);
    if (count == 0)
        throw net::PeerGone("the peer has closed the connection");
    last_ = base::Steady::now();
    heard_.append(buffer.data(), count);
}

net::Task<etsi::Tri> Exchange::hear()
{
    for (;;) {
        const auto size = etsi::pdu_size(heard_, etsi::Rules::ber, longest_message);
        if (!size)
            throw net::PeerGone("the peer sends what is no PDU");
        if (*size == 0) {
            co_await read_more();
            continue;
        }
        const std::string octets = heard_.substr(0, *size);
        heard_.erase(0, *size);
        const auto pdu = etsi::read_pdu(octets, etsi::Rules::ber);
        if (!pdu)
            throw net::PeerGone("the peer sends what is no PDU: " + pdu.error().text());
        if (const auto* message = std::get_if<etsi::Tri>(&pdu->payload))
            co_return *message;
    }
}

net::Task<void> Exchange::hear_flag(etsi::TriFlag flag)
{
    for (;;) {
        const etsi::Tri message = co_await hear();
        const auto* heard = std::get_if<etsi::TriFlag>(&message);
        if (heard != nullptr && *heard == flag)
            co_return;
        if (heard != nullptr && *heard == etsi::TriFlag::keep_alive)
            co_await write(etsi::Tri(etsi::TriFlag::keep_alive_response));
    }
}

net::Task<void> Exchange::negotiate()
{
    if (!options_.ask_acknowledgement ||
        options_.header.version < etsi::header_with_microseconds)
        co_return;
    stream_.set_timeout(options_.option_response);
    bool silent = false;
    try {
        const etsi::Tri request = etsi::OptionRequest{true};
        co_await write(request);
        for (;;) {
            const etsi::Tri message = co_await hear();
            if (!std::holds_alternative<etsi::OptionResponse>(message))
                continue;
            acknowledges_ = accepts(message);
            break;
        }
    } catch (const net::TimedOut&) {
        silent = true; // it knows no options
    }
    stream_.set_timeout(options_.response);
    if (!silent)
        co_await write(etsi::Tri(etsi::TriFlag::option_complete));
    stream_.set_deadline(base::SteadyTime::max());
}

net::Task<bool> Exchange::answered(etsi::TriFlag question, etsi::TriFlag answer)
{
    stream_.set_timeout(options_.response + std::exchange(slack_, base::seconds(0)));
    bool heard = true;
    co_await write(etsi::Tri(question));
    try {
        co_await hear_flag(answer);
    } catch (const net::TimedOut&) {
        heard = false;
    }
    stream_.set_deadline(base::SteadyTime::max());
    co_return heard;
}

// A peer that closes with something unread resets the connection: then this throws.
net::Task<void> Exchange::close_orderly()
{
    stream_.set_timeout(options_.response);
    stream_.shutdown_write();
    closed_ = true;
    std::array<char, 4096> buffer;
    for (;;) {
        const std::size_t count = co_await stream_.read_some(buffer);
        if (count == 0)
            co_return;
    }
}

net::Task<std::string> Exchange::hand_over(std::string_view octets)
{
    slack_ = base::seconds(octets.size() / slowest_octets_a_second);
    while (!octets.empty()) {
        stream_.set_timeout(options_.response);
        const std::string_view piece = octets.substr(0, written_at_once);
        co_await stream_.write(piece);
        octets.remove_prefix(piece.size());
    }
    if (acknowledges_) {
        const bool heard = co_await answered(etsi::TriFlag::acknowledgement_request,
                                             etsi::TriFlag::acknowledgement_response);
        if (!heard)
            throw net::TimedOut("no acknowledgement in time");
        co_return std::string("acknowledged");
    }
    const bool alive =
        co_await answered(etsi::TriFlag::keep_alive, etsi::TriFlag::keep_alive_response);
    if (alive)
        co_return std::string("answered keep-alive");
    co_await close_orderly();
    co_return std::string("orderly shutdown");
}

net::Task<void> Exchange::keep_alive()
{
    const bool alive =
        co_await answered(etsi::TriFlag::keep_alive, etsi::TriFlag::keep_alive_response);
    if (!alive)
        throw net::TimedOut("keep-alive not answered in time");
}

} // namespace handover
