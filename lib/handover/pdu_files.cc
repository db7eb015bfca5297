// SPDX-License-Identifier: Apache-2.0
// handover/pdu_files.cc - see the header.
#include "handover/pdu_files.h"

#include "etsi/der_reader.h"
#include "etsi/received.h"
#include "seal/digest.h"
#include "seal/envelope.h"

#include <fmt/format.h>

#include <variant>

namespace handover {

namespace {

const etsi::IntegrityCheck* check_in(const etsi::ReceivedPdu& pdu)
{
    const auto* const tri = std::get_if<etsi::Tri>(&pdu.payload);
    return tri == nullptr ? nullptr : std::get_if<etsi::IntegrityCheck>(tri);
}

// Around the pieces of a large content; they have numbers as its pieces have.
bool is_segment_flag(const etsi::ReceivedPdu& pdu)
{
    const auto* const tri = std::get_if<etsi::Tri>(&pdu.payload);
    const auto* const flag = tri == nullptr ? nullptr : std::get_if<etsi::TriFlag>(tri);
    return flag != nullptr &&
           (*flag == etsi::TriFlag::first_segment || *flag == etsi::TriFlag::last_segment);
}

} // namespace

void PduFiles::add(std::string_view name, std::string_view octets)
{
    for (std::size_t number = 0; !octets.empty(); ++number) {
        const std::string where = fmt::format("{}: PDU {}", name, number);
        const auto size = etsi::pdu_size(octets, etsi::Rules::der, etsi::most_element);
        if (!size || *size == 0) {
            report_.problems.push_back(
                where + (size ? ": cut off" : ": " + std::string(describe(size.error()))));
            return;
        }
        take(where, octets.substr(0, *size));
        octets.remove_prefix(*size);
    }
}

void PduFiles::take(const std::string& where, std::string_view octets)
{
    const auto pdu = etsi::read_pdu(octets, etsi::Rules::der);
    if (!pdu) {
        report_.problems.push_back(where + ": " + pdu.error().text());
        return;
    }
    ++report_.pdus;
    if (std::holds_alternative<std::vector<etsi::ReceivedIri>>(pdu->payload))
        remember(where, *pdu, Kind::iri, octets);
    else if (std::holds_alternative<std::vector<etsi::ReceivedCc>>(pdu->payload) ||
             is_segment_flag(*pdu))
        remember(where, *pdu, Kind::cc, octets);
    else if (const auto* const check = check_in(*pdu))
        take_check(where, *pdu, *check, octets);
}

void PduFiles::remember(const std::string& where, const etsi::ReceivedPdu& pdu, Kind kind,
                        std::string_view octets)
{
    const auto& header = pdu.header;
    auto& known = pdus_[{header.liid, header.cin.value_or(0), kind}];
    const auto [there, fresh] = known.emplace(header.sequence_number, octets);
    if (!fresh && there->second != octets)
        report_.problems.push_back(fmt::format("{}: number {} has come with other octets",
                                               where, header.sequence_number));
}

void PduFiles::take_check(const std::string& where, const etsi::ReceivedPdu& pdu,
                          const etsi::IntegrityCheck& check, std::string_view octets)
{
    const bool signature = check.type == etsi::CheckType::signature;
    if (!signature &&
        check.hash.value_or(etsi::HashAlgorithm::sha256) != etsi::HashAlgorithm::sha256) {
        report_.problems.push_back(where + ": not SHA-256");
        return;
    }
    const bool iri = check.data == etsi::DataType::iri;
    const Kind data = iri ? Kind::iri : Kind::cc;
    const Kind hashes = iri ? Kind::iri_check : Kind::cc_check;
    if (!signature)
        remember(where, pdu, hashes, octets);
    checks_.push_back(
        {where,
         {pdu.header.liid, pdu.header.cin.value_or(0), signature ? hashes : data},
         check.sequence_numbers,
         check.value,
         signature});
}

bool PduFiles::holds(const Waiting& check, std::string_view covered) const
{
    if (check.signature)
        return !signer_ || seal::verify_raw(covered, check.value, *signer_);
    const auto digest = seal::sha256(covered);
    return check.value ==
           std::string_view(reinterpret_cast<const char*>(digest.data()), digest.size());
}

std::string PduFiles::problem_of(const Waiting& check)
{
    std::string covered;
    const auto& known = pdus_[check.series];
    for (const std::uint32_t number : check.numbers) {
        const auto found = known.find(number);
        if (found == known.end())
            return fmt::format("number {} is missing", number);
        covered += found->second;
    }
    if (holds(check, covered))
        return "";
    return check.signature ? "the signature does not hold"
                           : "what it covers has been changed";
}

PduFiles::Report PduFiles::report()
{
    for (const Waiting& check : checks_) {
        const std::string problem = problem_of(check);
        if (problem.empty())
            ++(check.signature ? report_.signatures : report_.hashes);
        else
            report_.problems.push_back(check.where + ": " + problem);
    }
    checks_.clear();
    return report_;
}

} // namespace handover
