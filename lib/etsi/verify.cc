// SPDX-License-Identifier: Apache-2.0
// etsi/verify.cc - numbers, digests and signatures of a file of PDUs.
#include "etsi/verify.h"

namespace etsi {

namespace {

bool is_segment_flag(const Tri& tri)
{
    const auto* flag = std::get_if<TriFlag>(&tri);
    return flag != nullptr &&
           (*flag == TriFlag::first_segment || *flag == TriFlag::last_segment);
}

} // namespace

void StreamVerifier::complain(std::string problem)
{
    report_.findings.push_back({report_.pdus - 1, std::move(problem)});
}

void StreamVerifier::add(std::string_view octets)
{
    ++report_.pdus;
    const auto pdu = read_pdu(octets, Rules::der);
    if (!pdu)
        complain("not a PDU: " + pdu.error().text());
    else
        take(*pdu, octets);
}

void StreamVerifier::take(const ReceivedPdu& pdu, std::string_view octets)
{
    if (std::holds_alternative<std::vector<ReceivedIri>>(pdu.payload)) {
        ++report_.events;
        remember(pdu, Kind::iri, octets);
    } else if (std::holds_alternative<std::vector<ReceivedCc>>(pdu.payload)) {
        ++report_.contents;
        remember(pdu, Kind::cc, octets);
    } else if (const auto* tri = std::get_if<Tri>(&pdu.payload)) {
        if (is_segment_flag(*tri))
            remember(pdu, Kind::cc, octets);
        else if (const auto* integrity = std::get_if<IntegrityCheck>(tri))
            check(pdu, *integrity, octets);
    }
}

// A number may come again after a lost connection, but not for something else.
void StreamVerifier::remember(const ReceivedPdu& pdu, Kind kind, std::string_view octets)
{
    const PsHeader& header = pdu.header;
    Numbers& numbers = series_[{header.liid, header.cin.value_or(0), kind}];
    const auto [place, fresh] =
        numbers.try_emplace(header.sequence_number, Covered{octets, report_.pdus - 1});
    if (fresh)
        return;
    if (place->second.octets == octets)
        ++report_.repeated;
    else
        complain("number " + std::to_string(header.sequence_number) + " was PDU " +
                 std::to_string(place->second.pdu) + " already, which is another");
}

void StreamVerifier::check(const ReceivedPdu& pdu, const IntegrityCheck& check,
                           std::string_view octets)
{
    const bool iri = check.data == DataType::iri;
    const std::uint32_t cin = pdu.header.cin.value_or(0);
    const Kind hashes = iri ? Kind::iri_hash : Kind::cc_hash;
    if (check.type == CheckType::hash) {
        ++report_.hashes;
        check_value(check, series_[{pdu.header.liid, cin, iri ? Kind::iri : Kind::cc}]);
        remember(pdu, hashes, octets);
        return;
    }
    ++report_.signatures;
    check_value(check, series_[{pdu.header.liid, cin, hashes}]);
}

bool StreamVerifier::collect(const IntegrityCheck& check, Numbers& numbers, Digest& digest)
{
    for (const std::uint32_t number : check.sequence_numbers) {
        const auto covered = numbers.find(number);
        if (covered == numbers.end()) {
            complain("the check covers number " + std::to_string(number) +
                     ", which is not here");
            return false;
        }
        digest.update(covered->second.octets);
    }
    for (const std::uint32_t number : check.sequence_numbers)
        numbers.at(number).checked = true;
    return true;
}

void StreamVerifier::check_value(const IntegrityCheck& check, Numbers& numbers)
{
    const bool hash = check.type == CheckType::hash;
    const auto digest = tools_.digest(check.hash.value_or(HashAlgorithm::sha256));
    if (!digest) {
        complain("a check with an unknown algorithm");
        return;
    }
    if (!collect(check, numbers, *digest))
        return;
    const std::string value = digest->finish();
    if (hash && value != check.value)
        complain("the hash does not fit");
    if (!hash && tools_.verify && !tools_.verify(value, check.value))
        complain("the signature does not fit");
}

void StreamVerifier::look_for_holes()
{
    for (const auto& [name, numbers] : series_) {
        const bool data = std::get<Kind>(name) <= Kind::cc;
        auto next = numbers.empty() ? 0 : numbers.begin()->first;
        for (const auto& [number, covered] : numbers) {
            if (data && number != next)
                report_.findings.push_back({covered.pdu, "numbers " + std::to_string(next) +
                                                             " to " +
                                                             std::to_string(number - 1) +
                                                             " are missing before it"});
            next = number + 1;
            if (!covered.checked)
                ++(data ? report_.unchecked : report_.unsigned_hashes);
        }
    }
}

VerifyReport StreamVerifier::report()
{
    look_for_holes();
    return std::move(report_);
}

} // namespace etsi
