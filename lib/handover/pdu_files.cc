// SPDX-License-Identifier: Apache-2.0
// handover/pdu_files.cc - see the header.
#include "handover/pdu_files.h"

#include "etsi/der_reader.h"
#include "etsi/received.h"
#include "seal/digest.h"

#include <fmt/format.h>

#include <optional>
#include <variant>

namespace handover {

namespace {

// Of event data and content; nothing for what only the two ends say to each other.
std::optional<int> data_of(const etsi::ReceivedPdu& pdu)
{
    if (std::holds_alternative<std::vector<etsi::ReceivedIri>>(pdu.payload))
        return static_cast<int>(etsi::DataType::iri);
    if (std::holds_alternative<std::vector<etsi::ReceivedCc>>(pdu.payload))
        return static_cast<int>(etsi::DataType::cc);
    return std::nullopt;
}

const etsi::IntegrityCheck* check_in(const etsi::ReceivedPdu& pdu)
{
    const auto* const tri = std::get_if<etsi::Tri>(&pdu.payload);
    return tri == nullptr ? nullptr : std::get_if<etsi::IntegrityCheck>(tri);
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
    if (const auto* const check = check_in(*pdu))
        return take_check(where, *pdu, *check);
    const auto data = data_of(*pdu);
    if (!data)
        return;
    const auto& header = pdu->header;
    auto& known = pdus_[{header.liid, header.cin.value_or(0), *data}];
    const auto [there, fresh] = known.emplace(header.sequence_number, octets);
    if (!fresh && there->second != octets)
        report_.problems.push_back(fmt::format("{}: number {} has come with other octets",
                                               where, header.sequence_number));
}

void PduFiles::take_check(const std::string& where, const etsi::ReceivedPdu& pdu,
                          const etsi::IntegrityCheck& check)
{
    if (check.type == etsi::CheckType::signature) {
        ++report_.signatures;
        return;
    }
    if (check.hash.value_or(etsi::HashAlgorithm::sha256) != etsi::HashAlgorithm::sha256) {
        report_.problems.push_back(where + ": not SHA-256");
        return;
    }
    checks_.push_back(
        {where,
         {pdu.header.liid, pdu.header.cin.value_or(0), static_cast<int>(check.data)},
         check.sequence_numbers,
         check.value});
}

PduFiles::Report PduFiles::report()
{
    for (const Waiting& check : checks_) {
        std::string covered;
        std::string missing;
        for (const std::uint32_t number : check.numbers) {
            const auto& known = pdus_[check.series];
            const auto found = known.find(number);
            if (found == known.end())
                missing = fmt::format("number {} is missing", number);
            else
                covered += found->second;
        }
        const auto digest = seal::sha256(covered);
        const std::string_view value(reinterpret_cast<const char*>(digest.data()),
                                     digest.size());
        if (missing.empty() && value != check.value)
            missing = "what it covers has been changed";
        if (missing.empty())
            ++report_.hashes;
        else
            report_.problems.push_back(check.where + ": " + missing);
    }
    checks_.clear();
    return report_;
}

} // namespace handover
