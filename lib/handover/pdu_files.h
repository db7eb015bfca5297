// SPDX-License-Identifier: Apache-2.0
// handover/pdu_files.h - are files what an authority can read?  Each PDU is strict DER of
// TS 102 232-1, and each hash check covers what it says.
//
// Signature checks are those of who signs the disc, over the hash PDUs that they name.
#pragma once

#include "seal/keys.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

namespace etsi {
struct ReceivedPdu;
struct IntegrityCheck;
} // namespace etsi

namespace handover {

class PduFiles {
public:
    // Without a signer signatures are counted, not checked.
    explicit PduFiles(std::optional<seal::Certificate> signer) : signer_(std::move(signer))
    {
    }
    // The octets live until report().
    void add(std::string_view name, std::string_view octets);

    struct Report {
        std::vector<std::string> problems; // one line each
        std::size_t pdus = 0;
        std::size_t hashes = 0;     // that hold
        std::size_t signatures = 0; // that hold, if there is a signer
    };
    [[nodiscard]] Report report();

private:
    // What sequence numbers count, within a LIID and a CIN.
    enum class Kind : std::uint8_t { iri, cc, iri_check, cc_check };
    using Series = std::tuple<std::string, std::uint32_t, Kind>;

    void take(const std::string& where, std::string_view octets);
    void remember(const std::string& where, const etsi::ReceivedPdu& pdu, Kind kind,
                  std::string_view octets);
    void take_check(const std::string& where, const etsi::ReceivedPdu& pdu,
                    const etsi::IntegrityCheck& check, std::string_view octets);

    struct Waiting {
        std::string where;
        Series series;
        std::vector<std::uint32_t> numbers;
        std::string value;
        bool signature = false;
    };
    // Empty: nothing.
    [[nodiscard]] std::string problem_of(const Waiting& check);
    [[nodiscard]] bool holds(const Waiting& check, std::string_view covered) const;

    std::optional<seal::Certificate> signer_;

    std::map<Series, std::map<std::uint32_t, std::string_view>> pdus_;
    std::vector<Waiting> checks_;
    Report report_;
};

} // namespace handover
