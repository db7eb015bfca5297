// SPDX-License-Identifier: Apache-2.0
// tap/party.h - who talks to whom, and how, at this moment.
#pragma once

#include "li/event.h"

#include <cstdint>
#include <string>

namespace tap {

struct Party {
    li::Endpoint client;
    li::Endpoint server;
    std::string tls;                 // "TLSv1.3 TLS_AES_256_GCM_SHA384"; empty: none
    bool compressed = false;         // RFC 4978
    std::uint64_t client_octets = 0; // of the session so far, without TLS and compression
    std::uint64_t server_octets = 0;
};

} // namespace tap
