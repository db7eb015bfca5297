// SPDX-License-Identifier: Apache-2.0
// tkuev-ctl/rehearsal_receiver.h - takes what the exporter hands over, in the place of an
// authority: PDUs of TS 102 232-1 over TCP, acknowledged.
//
// Believes nothing: each PDU is read strictly, hashes and signatures are verified.
#pragma once

#include "base/fd.h"
#include "etsi/received.h"
#include "li/official_time.h"
#include "net/address.h"
#include "net/loop.h"
#include "rehearsal_judge.h"
#include "seal/keys.h"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tkuev {

class Receiver {
public:
    // PDUs of another reference number, and events before `since`, are taken and left
    // aside.
    Receiver(net::Loop& loop, std::string reference, li::Time since);

    // Throws base::Failure when somebody else listens there.
    void listen(const net::Address& address);

    [[nodiscard]] const Yield& yield() const { return yield_; }
    // What is wrong with hashes, signatures and numbers of all that has come; empty if
    // nothing is.
    [[nodiscard]] std::vector<std::string> faults(const seal::Certificate& signer) const;

private:
    // Communication, and whose numbers: "iri", "cc", "iri-check", "cc-check".
    using Series = std::pair<std::uint32_t, std::string_view>;
    using Place = std::pair<Series, std::uint32_t>; // and the sequence number

    [[nodiscard]] net::Task<void> converse(base::Fd connection);
    void serve(base::Fd connection);
    // The answer; empty if none is due.
    [[nodiscard]] std::string take(std::string_view octets);
    void take_event(const etsi::PsHeader& header, const etsi::ReceivedIri& iri);
    void take_content(const etsi::PsHeader& header, const etsi::ReceivedCc& content);
    // True if it is new.
    bool keep(const Series& series, std::uint32_t number, std::string_view octets);

    net::Loop& loop_;
    std::string reference_;
    li::Time since_;
    Yield yield_;
    std::map<Place, std::string> pdus_;
    std::vector<std::pair<Series, etsi::IntegrityCheck>> checks_;
    std::vector<std::string> faults_;
};

} // namespace tkuev
