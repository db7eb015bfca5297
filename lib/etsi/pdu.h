// SPDX-License-Identifier: Apache-2.0
// etsi/pdu.h - PS-PDU of TS 102 232-1: one unit of the hand-over, and its DER.
//
//     const auto bytes = etsi::encode({header, std::vector<etsi::IriPayload>{...}});
//
// Pure: the same value gives the same octets.  Numbers, times and identifiers come from the
// caller; PDUs follow each other on a connection or in a file without anything between.
#pragma once

#include "etsi/email.h"
#include "etsi/fault.h"
#include "etsi/header.h"
#include "etsi/hi1.h"
#include "etsi/tri.h"

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace etsi {

enum class IriType : std::uint8_t { begin = 1, end = 2, continuation = 3, report = 4 };

enum class PayloadDirection : std::uint8_t {
    from_target = 0,
    to_target = 1,
    indeterminate = 2, // this and the following: not below header version 17
    combined = 3,
    not_applicable = 4,
};

// A time of its own is given only where several payloads share a PDU (clause 6.2.3).
struct IriPayload {
    std::optional<IriType> type;
    EmailIri iri;
    std::optional<MicroTime> time;
    TimeQualifier qualifier = TimeQualifier::interception;
    std::optional<PayloadDirection> session_direction,
        payload_direction; // as of version 40
    bool operator==(const IriPayload&) const = default;
};

struct CcPayload {
    std::optional<PayloadDirection> direction;
    EmailCc cc;
    std::optional<MicroTime> time;
    TimeQualifier qualifier = TimeQualifier::interception;
    bool operator==(const CcPayload&) const = default;
};

using IriPayloads = std::vector<IriPayload>;
using CcPayloads = std::vector<CcPayload>;
using Payload = std::variant<IriPayloads, CcPayloads, Tri, Hi1Operation>;

struct Pdu {
    PsHeader header;
    Payload payload;
    bool operator==(const Pdu&) const = default;
};

[[nodiscard]] Checked check(const Pdu& pdu);
// The octets, or the first field that cannot be sent.
[[nodiscard]] std::expected<std::string, Fault> encode(const Pdu& pdu);
// The same behind what `out` holds; on a fault `out` stays as it is.
[[nodiscard]] Checked append(std::string& out, const Pdu& pdu);

} // namespace etsi
