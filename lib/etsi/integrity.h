// SPDX-License-Identifier: Apache-2.0
// etsi/integrity.h - integrity checks, TS 102 232-1 clause 7.2: what was sent is what was
// taken, and nothing is missing.
//
// One checker for each LIID, CIN and kind of data.  It hashes the encoded PDUs (headers
// included) in the order in which they are sent and remembers their sequence numbers.  When
// `most_pdus` are in, or when the caller asks (a timer, the end of the session), it gives
// the payload of a check PDU.  A second checker fed with the hash PDUs gives signatures.
// The digest and the signature are the caller's: no cryptography is here.
#pragma once

#include "etsi/pdu.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace etsi {

inline constexpr unsigned default_hashed_pdus = 1000;
inline constexpr unsigned default_signed_checks = 15;

// A digest that goes on.
class Digest {
public:
    virtual ~Digest() = default;
    virtual void update(std::string_view octets) = 0;
    // The value of all octets since the last finish(); it is empty again.
    virtual std::string finish() = 0;
};

// The signature (DER, RFC 3279 2.2.2) of a digest.  What it throws goes to who called
// take(); what that check would have covered is then covered by none.
using Sign = std::function<std::string(std::string_view digest)>;

class IntegrityChecker {
public:
    // Hash checks.  `digest` outlives the checker and is used by nobody else.
    IntegrityChecker(DataType data, Digest& digest, HashAlgorithm algorithm,
                     unsigned most_pdus = default_hashed_pdus);
    // Signature checks, over hash PDUs.
    IntegrityChecker(DataType data, Digest& digest, SignatureAlgorithm algorithm, Sign sign,
                     unsigned most_pdus = default_signed_checks);

    // True: full, take() now.
    [[nodiscard]] bool add(std::uint32_t sequence_number, std::string_view pdu);
    // The check over what came since the last one; nothing if nothing came.
    [[nodiscard]] std::optional<IntegrityCheck> take();
    [[nodiscard]] std::size_t waiting() const { return check_.sequence_numbers.size(); }

private:
    Digest& digest_;
    Sign sign_; // empty: hashes
    std::size_t most_pdus_;
    IntegrityCheck check_;
};

// The PDU of a check: like `pdu`'s header, with the number and the time of the check.
[[nodiscard]] Pdu check_pdu(const PsHeader& header, std::uint32_t sequence_number,
                            MicroTime time, IntegrityCheck check);

} // namespace etsi
