// SPDX-License-Identifier: Apache-2.0
// session/auth_dovecot.h - logins checked by Dovecot's authentication socket.
//
// One connection per login: handshake, one AUTH PLAIN request, the answer.  Dovecot
// decides, delays failures and logs them with the client's address, which is passed on.
#pragma once

#include "net/loop.h"
#include "net/stream.h"
#include "session/authenticator.h"

#include <string>

namespace session {

class DovecotAuthenticator : public Authenticator {
public:
    DovecotAuthenticator(net::Loop& loop, std::string socket)
        : loop_(loop), socket_(std::move(socket))
    {
    }

    [[nodiscard]] std::string source() const override { return "dovecot"; }
    [[nodiscard]] std::vector<std::string> mechanisms() const override
    {
        return {"PLAIN", "LOGIN"};
    }
    [[nodiscard]] net::Task<Login> check_password(std::string user, std::string password,
                                                  LoginOrigin origin) override;

private:
    [[nodiscard]] net::Task<Login> ask(std::string user, std::string password,
                                       LoginOrigin origin);

    net::Loop& loop_;
    std::string socket_;
};

} // namespace session
