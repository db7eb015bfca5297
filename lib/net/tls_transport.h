// SPDX-License-Identifier: Apache-2.0
// net/tls_transport.h - between OpenSSL and the descriptor: reads directly, gathers writes.
#pragma once

#include "net/tls_session.h"

#include <openssl/bio.h>

#include <cstddef>
#include <string>

namespace net {

struct TlsSession::Transport {
    explicit Transport(int fd) : fd_(fd) {}

    // Owned by the SSL it is given to; must not outlive this object's SSL.
    [[nodiscard]] BIO* new_bio();

    [[nodiscard]] bool flush();
    [[nodiscard]] std::size_t unsent() const { return waiting_.size() - sent_; }
    [[nodiscard]] bool ended() const { return ended_; }
    // The last read(2) took all there was.
    [[nodiscard]] bool drained() const { return drained_; }
    [[nodiscard]] int error() const { return error_; }

    // What the BIO does.
    int read(BIO* bio, char* buffer, int size);
    int write(const char* bytes, int size);

private:
    // A peer that makes us answer (key updates) without reading its answers is cut off
    // here.
    static constexpr std::size_t most_waiting = 1u << 20;

    [[nodiscard]] ssize_t send_some() const;

    int fd_;
    bool is_socket_ = true;
    bool ended_ = false;
    bool drained_ = false;
    int error_ = 0;
    std::string waiting_;  // records; no memory while empty
    std::size_t sent_ = 0; // of them
};

} // namespace net
