// SPDX-License-Identifier: Apache-2.0
#include "rehearsal_receiver.h"

#include "etsi/national.h"
#include "etsi/national_keys.h"
#include "net/listener.h"
#include "net/stream.h"
#include "seal/digest.h"
#include "seal/envelope.h"
#include "text/words.h"

#include <fmt/format.h>

#include <array>
#include <set>
#include <utility>

namespace tkuev {

namespace {

constexpr std::size_t longest_pdu = 16u << 20;

// To an option request, a request for acknowledgement, or a keep-alive.
std::optional<etsi::Tri> answer_to(const etsi::Tri& message)
{
    if (std::holds_alternative<etsi::OptionRequest>(message))
        return etsi::OptionResponse{.acknowledgement_accepted = true};
    const auto* flag = std::get_if<etsi::TriFlag>(&message);
    if (flag == nullptr)
        return std::nullopt;
    if (*flag == etsi::TriFlag::acknowledgement_request)
        return etsi::TriFlag::acknowledgement_response;
    if (*flag == etsi::TriFlag::keep_alive)
        return etsi::TriFlag::keep_alive_response;
    return std::nullopt;
}

std::string value_of(const etsi::NationalPairs& pairs, std::string_view name)
{
    for (const auto& [key, value] : pairs)
        if (key == name)
            return value;
    return {};
}

std::uint64_t number_of(const std::string& text)
{
    return text::number_in<std::uint64_t>(text).value_or(0);
}

CameOut came_out(const etsi::EmailIri& iri, const etsi::NationalPairs& national)
{
    CameOut came{.event = value_of(national, etsi::key::event), .status = iri.status};
    came.port = iri.client_port.value_or(0);
    came.message_id = iri.message_id.value_or("");
    came.queue_id = value_of(national, etsi::key::queue_id);
    came.sender = iri.sender.value_or("");
    came.recipients = iri.recipients.value_or(std::vector<std::string>());
    came.total_recipients = iri.total_recipients.value_or(0);
    came.digest = value_of(national, etsi::key::content_digest);
    came.octets = number_of(value_of(national, etsi::key::content_octets));
    return came;
}

std::string name_of(const std::pair<std::uint32_t, std::string_view>& series)
{
    return fmt::format("communication {}, {}", series.first, series.second);
}

} // namespace

Receiver::Receiver(net::Loop& loop, std::string reference, li::Time since)
    : loop_(loop), reference_(std::move(reference)), since_(since)
{
}

void Receiver::listen(const net::Address& address)
{
    loop_.spawn("-", net::accept_loop(
                         loop_, net::listen_on(address),
                         [this](base::Fd fd, const net::Address&) { serve(std::move(fd)); },
                         [] { return false; })); // as long as the loop
}

void Receiver::serve(base::Fd connection)
{
    loop_.spawn("-", converse(std::move(connection)));
}

net::Task<void> Receiver::converse(base::Fd connection)
{
    net::Stream stream(loop_, std::move(connection));
    std::string heard;
    std::array<char, 65536> buffer;
    for (;;) {
        const std::size_t count = co_await stream.read_some(buffer);
        if (count == 0)
            co_return;
        heard.append(buffer.data(), count);
        for (;;) {
            const auto size = etsi::pdu_size(heard, etsi::Rules::der, longest_pdu);
            if (!size) { // and nobody knows where the next one would begin
                faults_.emplace_back("what came is no PDU");
                co_return;
            }
            if (*size == 0)
                break;
            const std::string answer = take(std::string_view(heard).substr(0, *size));
            heard.erase(0, *size);
            if (!answer.empty())
                co_await stream.write(answer);
        }
    }
}

std::string Receiver::take(std::string_view octets)
{
    const auto pdu = etsi::read_pdu(octets, etsi::Rules::der);
    if (!pdu) {
        faults_.push_back("a PDU cannot be read: " + pdu.error().text());
        return {};
    }
    const etsi::PsHeader& header = pdu->header;
    if (const auto* message = std::get_if<etsi::Tri>(&pdu->payload)) {
        if (const auto reply = answer_to(*message))
            return etsi::encode({header, *reply}).value_or("");
        const auto* check = std::get_if<etsi::IntegrityCheck>(message);
        if (check == nullptr || header.liid != reference_)
            return {};
        const bool iri = check->data == etsi::DataType::iri;
        if (keep({header.cin.value_or(0), iri ? "iri-check" : "cc-check"},
                 header.sequence_number, octets))
            checks_.emplace_back(Series(header.cin.value_or(0), iri ? "iri" : "cc"),
                                 *check);
        return {};
    }
    if (header.liid != reference_)
        return {};
    if (const auto* events = std::get_if<std::vector<etsi::ReceivedIri>>(&pdu->payload)) {
        if (keep({header.cin.value_or(0), "iri"}, header.sequence_number, octets))
            for (const etsi::ReceivedIri& iri : *events)
                take_event(header, iri);
    }
    if (const auto* contents = std::get_if<std::vector<etsi::ReceivedCc>>(&pdu->payload)) {
        if (keep({header.cin.value_or(0), "cc"}, header.sequence_number, octets))
            for (const etsi::ReceivedCc& content : *contents)
                take_content(header, content);
    }
    return {};
}

void Receiver::take_event(const etsi::PsHeader& header, const etsi::ReceivedIri& iri)
{
    const auto time = iri.time ? iri.time : header.time;
    if (!time || static_cast<li::Time>(time->microseconds()) < since_)
        return;
    const auto email = etsi::read_email(iri.email);
    if (!email) {
        faults_.push_back("an event cannot be read: " + email.error().text());
        return;
    }
    const auto national = etsi::parse_national(email->national.value_or(""));
    if (!national) {
        faults_.push_back("an event cannot be read: " + national.error().text());
        return;
    }
    yield_.events.push_back(came_out(*email, *national));
}

void Receiver::take_content(const etsi::PsHeader& header, const etsi::ReceivedCc& content)
{
    if (header.time && static_cast<li::Time>(header.time->microseconds()) >= since_)
        yield_.contents.push_back(seal::hex(seal::sha256(content.content)));
}

// What is sent again is the same, octet by octet; then it has not come twice.
bool Receiver::keep(const Series& series, std::uint32_t number, std::string_view octets)
{
    const auto [place, is_new] = pdus_.try_emplace({series, number}, octets);
    if (!is_new && place->second != octets)
        faults_.push_back(
            fmt::format("{}: number {} is given twice", name_of(series), number));
    return is_new;
}

std::vector<std::string> Receiver::faults(const seal::Certificate& signer) const
{
    std::vector<std::string> out = faults_;
    std::set<Place> covered;
    for (const auto& [series, check] : checks_) {
        const bool hash = check.type == etsi::CheckType::hash;
        const Series of(series.first, hash                     ? series.second
                                      : series.second == "iri" ? "iri-check"
                                                               : "cc-check");
        std::string octets;
        for (const std::uint32_t number : check.sequence_numbers) {
            const auto found = pdus_.find({of, number});
            if (found != pdus_.end())
                octets += found->second;
            covered.insert({of, number});
        }
        const seal::Digest digest = seal::sha256(octets);
        const std::string_view its(reinterpret_cast<const char*>(digest.data()),
                                   digest.size());
        if (hash ? check.value != its : !seal::verify_raw(octets, check.value, signer))
            out.push_back(name_of(of) + (hash ? ": a hash does not hold"
                                              : ": a signature does not hold"));
    }
    for (const auto& [place, octets] : pdus_)
        if (!covered.contains(place) && !place.first.second.ends_with("-check"))
            out.push_back(fmt::format("{}: number {} is covered by no hash",
                                      name_of(place.first), place.second));
    return out;
}

} // namespace tkuev
