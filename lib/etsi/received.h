// SPDX-License-Identifier: Apache-2.0
// etsi/received.h - PS-PDUs read back: the authority's answers on a connection, and our own
// files when somebody verifies them.
//
// Views into the octets that were given; what the reader does not know (additions of later
// versions, payloads of other services) is skipped and named by its tag.
#pragma once

#include "etsi/der_reader.h"
#include "etsi/email.h"
#include "etsi/header.h"
#include "etsi/pdu.h"
#include "etsi/tri.h"

#include <cstdint>
#include <expected>
#include <optional>
#include <string_view>
#include <variant>
#include <vector>

namespace etsi {

struct ReceivedIri {
    std::optional<IriType> type;
    std::optional<MicroTime> time;
    std::string_view email; // content of emailIRI; empty: another service's
};

struct ReceivedCc {
    std::optional<PayloadDirection> direction;
    std::optional<MicroTime> time;
    EmailFormat format = EmailFormat::application;
    std::string_view content; // of emailCC; the mail itself
};

struct ReceivedHi1 {
    unsigned tag = 0; // 1 activated, 2 deactivated, 3 modified, 4 alarm
    std::string_view content;
};

// A payload or a transport message that is not ours to read.
struct UnknownPayload {
    bool transport = false;
    unsigned tag = 0;
};

using ReceivedPayload = std::variant<std::vector<ReceivedIri>, std::vector<ReceivedCc>, Tri,
                                     ReceivedHi1, UnknownPayload>;

struct ReceivedPdu {
    PsHeader header; // a version we cannot write is kept as its number
    ReceivedPayload payload;
};

// What is wrong, and where: Fault names the standard's field.
[[nodiscard]] std::expected<ReceivedPdu, Fault> read_pdu(std::string_view octets,
                                                         Rules rules);

// The size of the PDU in front of a stream: 0 if more octets are needed.  `most` guards
// against a peer that announces more than it may.
[[nodiscard]] std::expected<std::size_t, ReadError> pdu_size(std::string_view stream,
                                                             Rules rules, std::size_t most);

// emailIRI's content as the value that put() writes; strict DER.
[[nodiscard]] std::expected<EmailIri, Fault> read_email(std::string_view content);

} // namespace etsi
