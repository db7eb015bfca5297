// SPDX-License-Identifier: Apache-2.0
// handover/pdus.h - events and contents as PDUs of TS 102 232-2: which field of ours goes
// where.
//
// Pure.  Numbers come from who keeps them; the same arguments give the same octets, so that
// what is sent again is the same.
#pragma once

#include "etsi/integrity.h"
#include "etsi/pdu.h"
#include "li/event.h"
#include "li/measure.h"
#include "li/notice.h"
#include "seal/digest.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace handover {

// Octets of content in one PDU; more goes in segments (TS 102 232-1 clause 6.2.4).
inline constexpr std::size_t segment_size = 256 << 10;
// A hash over so many PDUs of a communication at most; a signature over so many hashes.
inline constexpr unsigned hashed_pdus = etsi::default_hashed_pdus;
inline constexpr unsigned signed_hashes = etsi::default_signed_checks;

// How an event is reported; `in_session`: a login of the same communication was reported as
// its begin.
[[nodiscard]] etsi::IriType iri_type(const li::Event& event, li::Records records,
                                     bool in_session);

[[nodiscard]] etsi::PsHeader header_of(const li::Measure& measure, const li::Sender& sender,
                                       std::uint32_t cin, std::uint32_t number,
                                       std::int64_t time);

// All of an event; what does not fit the standard's fields goes into the national
// parameter.
[[nodiscard]] etsi::EmailIri email_iri(const li::Event& event, unsigned version);

// Where a PDU lies in the octets of a parcel.
struct PduPlace {
    std::uint32_t cin = 0;
    std::uint32_t number = 0;
    std::size_t offset = 0;
    std::size_t size = 0;
    seal::Digest digest{}; // of its octets
};

// Appends the PDU of an event.  Throws base::Failure(fix_data) naming the field if the
// measure has something that the standard does not take.
PduPlace append_event(std::string& out, const li::Measure& measure,
                      const li::Sender& sender, const li::Event& event, etsi::IriType type,
                      std::uint32_t cin, std::uint32_t number);

// How many PDUs, and numbers, a content takes.
[[nodiscard]] std::uint32_t pdus_of_content(std::size_t size);
// Appends the PDUs of a content, numbered from `number` on.
void append_content(std::string& out, std::vector<PduPlace>& places,
                    const li::Measure& measure, const li::Sender& sender,
                    const li::Event& event, std::string_view content, std::uint32_t cin,
                    std::uint32_t number);

// Integrity checks over the PDUs of one parcel: for each CIN hashes, and a signature over
// these.  So whatever has arrived whole can be proved by itself.
using SignOctets = std::function<std::string(std::string_view octets)>;
using CheckNumber = std::function<std::uint32_t(std::uint32_t cin)>; // the next one
void append_checks(std::string& out, std::string_view octets,
                   const std::vector<PduPlace>& places, etsi::DataType data,
                   const li::Measure& measure, const li::Sender& sender, std::int64_t time,
                   const CheckNumber& number, const SignOctets& sign);

// By the names of tkuev-pdu(5).
[[nodiscard]] std::string_view event_name(li::What what);

} // namespace handover
