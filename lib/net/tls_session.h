// SPDX-License-Identifier: Apache-2.0
// net/tls_session.h - one TLS session on a descriptor, without any waiting.
//
// What OpenSSL wants to send is gathered in `unsent` and goes out by flush(): a whole
// flight, or the session ticket together with the greeting, or three records of a message
// are one send(2).  Only reading can block, so a write of OpenSSL's never has to be
// repeated.
#pragma once

#include "net/stream.h"

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

struct ssl_st;

namespace net {

class TlsSession {
public:
    // More than this unsent makes a writer wait.
    static constexpr std::size_t flush_mark = 64u << 10;
    // Plaintext that becomes one record.
    static constexpr std::size_t record_size = 16u << 10;

    static std::unique_ptr<TlsSession> accept(int fd, const TlsContext& context);
    static std::unique_ptr<TlsSession> connect(int fd, const TlsContext& context,
                                               const std::string& server_name);
    ~TlsSession();
    TlsSession(const TlsSession&) = delete;
    TlsSession& operator=(const TlsSession&) = delete;

    // True when finished (then facts() are there); false: more must be read.
    [[nodiscard]] bool handshake();
    // Bytes, 0 at close_notify, -1 when more must arrive first.
    [[nodiscard]] std::ptrdiff_t read(std::span<char> buffer);
    // Nothing is left here or in the socket, as far as the last read could see.
    [[nodiscard]] bool drained() const;
    // At most record_size.
    void write(std::string_view bytes);
    void close_notify();

    [[nodiscard]] std::size_t unsent() const;
    // True when everything is sent; false: wait until the descriptor is writable.
    [[nodiscard]] bool flush();

    [[nodiscard]] const TlsFacts& facts() const { return facts_; }

    struct Transport;

private:
    TlsSession(int fd, ssl_st* ssl, const TlsContext& context);
    [[noreturn]] void fail(const char* action, int result);
    void learn_facts();

    struct FreeSsl {
        void operator()(ssl_st* ssl) const;
    };
    TlsFacts facts_;
    std::unique_ptr<Transport> transport_;
    std::unique_ptr<ssl_st, FreeSsl> ssl_; // refers to both above
    const TlsContext& context_;
    bool broken_ = false;
};

} // namespace net
