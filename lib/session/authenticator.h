// SPDX-License-Identifier: Apache-2.0
// session/authenticator.h - who checks a login: the users table, Dovecot, or the backend.
//
// The session runs the SASL exchange and asks here.  Nothing of a password is logged or
// kept longer than the question takes (but see LoginCache).
#pragma once

#include "net/address.h"
#include "net/task.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace session {

struct Login {
    enum class Result : std::uint8_t { accepted, refused, unavailable };
    Result result = Result::unavailable;
    std::string user; // as the source calls it
    std::string why;  // for the log: "no such user", "connect 192.0.2.1:25: ..."
};

// Where the login comes from; Dovecot's and the backend's own logs want to know.
struct LoginOrigin {
    net::Address client;
    net::Address local;
    bool tls = false;
    std::string tls_cipher;
};

class Authenticator {
public:
    virtual ~Authenticator() = default;
    [[nodiscard]] virtual std::vector<std::string> mechanisms() const = 0;
    // Who decides, for the log: "users", "dovecot", "mail1.internal:587".
    [[nodiscard]] virtual std::string source() const { return {}; }
    [[nodiscard]] virtual net::Task<Login>
    check_password(std::string user, std::string password, LoginOrigin origin) = 0;
    // SCRAM: the verifier of a user; empty for strangers.  Throws base::Failure when the
    // answer cannot be had.  Only sources that offer SCRAM are asked.
    [[nodiscard]] virtual std::string scram_verifier(std::string_view user);
};

} // namespace session
