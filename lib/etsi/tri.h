// SPDX-License-Identifier: Apache-2.0
// etsi/tri.h - TRIPayload of TS 102 232-1: what the two ends of the hand-over say to each
// other, and proofs that nothing is missing.
#pragma once

#include "etsi/der_writer.h"
#include "etsi/fault.h"

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace etsi {

// The alternatives that carry nothing; the number is the tag.
enum class TriFlag : std::uint8_t {
    test_pdu = 1,
    keep_alive = 3,
    keep_alive_response = 4,
    first_segment = 5,
    last_segment = 6,
    cin_reset = 7,
    option_complete = 11,
    acknowledgement_request = 12,
    acknowledgement_response = 13,
};

struct PaddingPdu {
    std::string octets; // thrown away by the receiver
    bool operator==(const PaddingPdu&) const = default;
};

enum class CheckType : std::uint8_t { hash = 1, signature = 2 };
enum class DataType : std::uint8_t { iri = 1, cc = 2 };
enum class HashAlgorithm : std::uint8_t { sha1 = 1, sha256 = 2, sha384 = 3, sha512 = 4 };
enum class SignatureAlgorithm : std::uint8_t { dsa = 1, ecdsa = 2, eddsa = 3 };

struct IntegrityCheck {
    std::vector<std::uint32_t> sequence_numbers; // in the order of processing
    CheckType type = CheckType::hash;
    DataType data = DataType::iri;
    std::string value;                           // the digest; or the DER of the signature
    std::optional<HashAlgorithm> hash;           // with CheckType::hash
    std::optional<SignatureAlgorithm> signature; // with CheckType::signature
    bool operator==(const IntegrityCheck&) const = default;
};

enum class MessagePriority : std::uint8_t { error = 1, informational = 2 };
inline constexpr std::size_t most_operator_message = 255;

struct OperatorLeaMessage {
    MessagePriority priority = MessagePriority::informational;
    std::string message; // 1..255 octets
    bool operator==(const OperatorLeaMessage&) const = default;
};

// The standard has one option until now: acknowledgement of PDUs.
struct OptionRequest {
    bool acknowledgement = false;
    bool operator==(const OptionRequest&) const = default;
};
struct OptionResponse {
    bool acknowledgement_accepted = false, acknowledgement_declined = false;
    bool operator==(const OptionResponse&) const = default;
};

using Tri = std::variant<TriFlag, IntegrityCheck, PaddingPdu, OperatorLeaMessage,
                         OptionRequest, OptionResponse>;

[[nodiscard]] Checked check(const Tri& tri, unsigned header_version);
// The chosen alternative with its own tag.
void put(DerWriter& out, const Tri& tri, unsigned header_version);

} // namespace etsi
