// SPDX-License-Identifier: Apache-2.0
// etsi/integrity.cc - collects what a check covers.
#include "etsi/integrity.h"

#include <cassert>
#include <utility>

namespace etsi {

IntegrityChecker::IntegrityChecker(DataType data, Digest& digest, HashAlgorithm algorithm,
                                   unsigned most_pdus)
    : digest_(digest), most_pdus_(most_pdus)
{
    assert(most_pdus > 0);
    check_.type = CheckType::hash;
    check_.data = data;
    check_.hash = algorithm;
}

IntegrityChecker::IntegrityChecker(DataType data, Digest& digest,
                                   SignatureAlgorithm algorithm, Sign sign,
                                   unsigned most_pdus)
    : digest_(digest), sign_(std::move(sign)), most_pdus_(most_pdus)
{
    assert(most_pdus > 0 && sign_);
    check_.type = CheckType::signature;
    check_.data = data;
    check_.signature = algorithm;
}

bool IntegrityChecker::add(std::uint32_t sequence_number, std::string_view pdu)
{
    digest_.update(pdu);
    check_.sequence_numbers.push_back(sequence_number);
    return waiting() >= most_pdus_;
}

std::optional<IntegrityCheck> IntegrityChecker::take()
{
    if (waiting() == 0)
        return std::nullopt;
    const std::string value = digest_.finish();
    IntegrityCheck check = check_;
    check_.sequence_numbers.clear();
    check.value = sign_ ? sign_(value) : value;
    return check;
}

Pdu check_pdu(const PsHeader& header, std::uint32_t sequence_number, MicroTime time,
              IntegrityCheck check)
{
    Pdu pdu{header, Tri(std::move(check))};
    pdu.header.sequence_number = sequence_number;
    pdu.header.time = time;
    return pdu;
}

} // namespace etsi
