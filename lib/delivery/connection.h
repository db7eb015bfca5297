// SPDX-License-Identifier: Apache-2.0
// delivery/connection.h - an open conversation with a next hop, and what to call it.
#pragma once

#include "session/smtp_client.h"

#include <cstdint>
#include <expected>
#include <memory>
#include <string>

namespace delivery {

struct Connection {
    std::unique_ptr<session::SmtpClient> client;
    std::string host;  // "mx.example"
    std::string relay; // "mx.example[192.0.2.1]:25"
    std::string tls;   // "TLSv1.3", or "none"
    bool lmtp = false;
    session::ClientInfo client_info = session::ClientInfo::none;
    spool::Client named; // PROXY: the connection belongs to this client
    std::uint32_t messages = 0;
    std::int64_t idle_since = 0; // wall clock seconds
};
using ConnectionPtr = std::unique_ptr<Connection>;

struct ConnectFailure {
    bool permanent = false;
    bool ours = false; // for a lack here: says nothing about the server
    std::string why;   // "mx.example[192.0.2.1]:25: Connection refused"
    std::string host;  // who refused, when it was one
    std::string reply; // what it said, when it said something
    smtp::EnhancedStatus status{4, 4, 1};
};
using ConnectResult = std::expected<ConnectionPtr, ConnectFailure>;

} // namespace delivery
