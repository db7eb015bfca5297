// SPDX-License-Identifier: Apache-2.0
// session/auth_backend.h - logins checked by the mail server behind us: we log in there.
//
// The gateway needs no list of users then.  535 and its like refuse; everything else - no
// connection, TLS that cannot be had, 4xx - is "cannot check now", never "wrong".
#pragma once

#include "net/loop.h"
#include "net/resolver.h"
#include "net/tls.h"
#include "session/authenticator.h"

#include <memory>
#include <string>

namespace session {

struct AuthBackend {
    std::string hostname; // ours, for EHLO
    std::string host;
    std::uint16_t port = 587;
    std::shared_ptr<net::TlsContext> tls;
    bool tls_required = true; // false: in the clear when it offers no TLS
};

class BackendAuthenticator : public Authenticator {
public:
    // `resolver` may be null: then `host` must be an address.
    BackendAuthenticator(net::Loop& loop, net::Resolver* resolver, AuthBackend backend)
        : loop_(loop), resolver_(resolver), backend_(std::move(backend))
    {
    }

    [[nodiscard]] std::string source() const override
    {
        return backend_.host + ':' + std::to_string(backend_.port);
    }
    [[nodiscard]] std::vector<std::string> mechanisms() const override
    {
        return {"PLAIN", "LOGIN"};
    }
    [[nodiscard]] net::Task<Login> check_password(std::string user, std::string password,
                                                  LoginOrigin origin) override;

private:
    [[nodiscard]] net::Task<std::vector<net::Address>> addresses();

    net::Loop& loop_;
    net::Resolver* resolver_;
    AuthBackend backend_;
};

} // namespace session
