// SPDX-License-Identifier: Apache-2.0
// handover/stream_courier.h - PDUs of TS 102 232-1 over TCP or TLS (clauses 6.2 to 6.4).
//
// A parcel counts as delivered only when the peer has shown that it read all of it:
//   acknowledged        it offered PDU acknowledgement and acknowledged
//   answered keep-alive it answered a keep-alive that was written behind the parcel
//   orderly shutdown    it closed its side after we had closed ours, nothing unread
// Otherwise the connection is closed and the parcel stays with who gave it.
#pragma once

#include "base/clock.h"
#include "etsi/header.h"
#include "handover/courier.h"
#include "li/measure.h"

#include <memory>
#include <string>

namespace handover {

struct StreamOptions {
    base::milliseconds connect_timeout{10'000};
    // TIME1: a connection that is idle for longer gets a keep-alive.
    base::seconds keep_alive{30};
    // TIME3: how long an answer may take.
    base::seconds response{30};
    bool ask_acknowledgement = true;
    // The answer to an option request of a peer that does not know them never comes.
    base::seconds option_response{5};
    // Mutual TLS; empty for plain TCP.
    std::string certificate_file;
    std::string key_file;
    // PEM of who is trusted where the destination names no key; empty: the system's.
    std::string trusted;
    etsi::PsHeader header; // of our own transport messages
};

// `where` is tcp or tls; names are those that the system's resolver knows.
// Throws base::Failure(fix_config): a certificate that cannot be used.
[[nodiscard]] std::unique_ptr<Courier> make_stream_courier(const li::Destination& where,
                                                           StreamOptions options);

} // namespace handover
