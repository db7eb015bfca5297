// SPDX-License-Identifier: Apache-2.0
// net/tls.h - TLS contexts: certificates by name for servers, verification for clients.
//
// TLS 1.2 and newer, no renegotiation, no compression; ECDSA P-256 preferred; one session
// ticket, keys shared by all workers of a program; TLS 1.2 tickets kept.  A context is
// immutable: reload makes a new one; the old one must outlive its sessions.  A context is
// used by one thread.
#pragma once

#include "base/failure.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

struct ssl_ctx_st;
struct ssl_session_st;

namespace net {

struct Certificate {
    std::string chain_file; // PEM, leaf first
    std::string key_file;   // PEM
};

struct ServerTlsOptions {
    std::vector<Certificate> certificates; // the first serves clients without a known SNI
    std::string min_version = "TLSv1.2";
    std::string ciphers;         // OpenSSL list for TLS 1.2; empty: our default
    std::string ticket_key_file; // 80 bytes shared by workers; empty: those of this process
};

enum class TlsVerify : std::uint8_t {
    none,        // encrypt, whoever it is (may, encrypt)
    name,        // CA chain and host name
    fingerprint, // SHA-256 of the certificate or its key
};

struct ClientTlsOptions {
    TlsVerify verify = TlsVerify::none;
    std::string ca_file;                   // empty: the system's
    std::string ca_pem;                    // instead of a file; empty: none
    std::vector<std::string> fingerprints; // SHA-256, hex; after "key:" that of the key
    std::string min_version = "TLSv1.2";
    Certificate certificate; // for client authentication; may be empty
};

class TlsContext {
public:
    // Throws Failure(fix_config) naming the file that cannot be used.
    explicit TlsContext(const ServerTlsOptions& options);
    explicit TlsContext(const ClientTlsOptions& options); // caches sessions per server name
    ~TlsContext();
    TlsContext(const TlsContext&) = delete;
    TlsContext& operator=(const TlsContext&) = delete;

    struct State;
    [[nodiscard]] State& state() const { return *state_; }

private:
    std::unique_ptr<State> state_;
};

} // namespace net
