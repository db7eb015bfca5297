// SPDX-License-Identifier: Apache-2.0
// handover/pdu_files.h - are files what an authority can read?  Each PDU is strict DER of
// TS 102 232-1, and each hash check covers what it says.
//
// Signature checks are counted, not checked: whose key signs them, the files do not say.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
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
    // The octets live until report().
    void add(std::string_view name, std::string_view octets);

    struct Report {
        std::vector<std::string> problems; // one line each
        std::size_t pdus = 0;
        std::size_t hashes = 0; // that hold
        std::size_t signatures = 0;
    };
    [[nodiscard]] Report report();

private:
    // LIID, CIN, data (1 IRI, 2 CC): sequence numbers count within.
    using Series = std::tuple<std::string, std::uint32_t, int>;

    void take(const std::string& where, std::string_view octets);
    void take_check(const std::string& where, const etsi::ReceivedPdu& pdu,
                    const etsi::IntegrityCheck& check);

    struct Waiting {
        std::string where;
        Series series;
        std::vector<std::uint32_t> numbers;
        std::string value;
    };

    std::map<Series, std::map<std::uint32_t, std::string_view>> pdus_;
    std::vector<Waiting> checks_;
    Report report_;
};

} // namespace handover
