// SPDX-License-Identifier: Apache-2.0
// etsi/verify.h - checks a file of PDUs without the gateway: each is well formed, numbers
// have no holes, and every integrity check holds.
//
// The caller splits the file (pdu_size) and gives the cryptography.  Views are kept, so the
// octets stay until report() was read; the memory is a few words for each PDU.
#pragma once

#include "etsi/integrity.h"
#include "etsi/received.h"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

namespace etsi {

struct Finding {
    std::size_t pdu = 0; // counted from 0
    std::string problem; // one line
    bool operator==(const Finding&) const = default;
};

struct VerifyReport {
    std::vector<Finding> findings; // nothing wrong: empty
    std::size_t pdus = 0, events = 0, contents = 0, hashes = 0, signatures = 0;
    std::size_t repeated = 0;  // sent again, octet for octet the same
    std::size_t unchecked = 0; // events, contents and flags that no hash covers
    std::size_t unsigned_hashes = 0;
};

struct VerifyTools {
    // A digest of the algorithm; null if there is none.
    std::function<std::unique_ptr<Digest>(HashAlgorithm)> digest;
    // Does the signature fit the digest?  Unset: signatures are counted, not checked.
    std::function<bool(std::string_view digest, std::string_view signature)> verify;
};

class StreamVerifier {
public:
    explicit StreamVerifier(VerifyTools tools) : tools_(std::move(tools)) {}

    // The next PDU of the file, whole.
    void add(std::string_view octets);
    // Looks for holes in the numbers, and sums up.
    [[nodiscard]] VerifyReport report();

private:
    // What a number counts: PDUs with data, or their hash checks.
    enum class Kind : std::uint8_t { iri, cc, iri_hash, cc_hash };
    using Series = std::tuple<std::string, std::uint32_t, Kind>; // LIID, CIN
    struct Covered {
        std::string_view octets;
        std::size_t pdu = 0;
        bool checked = false;
    };
    using Numbers = std::map<std::uint32_t, Covered>;

    void complain(std::string problem);
    void remember(const ReceivedPdu& pdu, Kind kind, std::string_view octets);
    void check(const ReceivedPdu& pdu, const IntegrityCheck& check,
               std::string_view octets);
    void check_value(const IntegrityCheck& check, Numbers& numbers);
    [[nodiscard]] bool collect(const IntegrityCheck& check, Numbers& numbers,
                               Digest& digest);
    void take(const ReceivedPdu& pdu, std::string_view octets);
    void look_for_holes();

    VerifyTools tools_;
    std::map<Series, Numbers> series_;
    VerifyReport report_;
};

} // namespace etsi
