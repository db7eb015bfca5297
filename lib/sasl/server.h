// SPDX-License-Identifier: Apache-2.0
// sasl/server.h - the server's side of AUTH: PLAIN, LOGIN, SCRAM-SHA-256.
//
// An exchange is fed decoded responses (SMTP's base64 is undone by the caller) and says
// what comes next.  It never checks a password itself: PLAIN and LOGIN end with credentials
// that the caller verifies where it likes (backend, Dovecot, argon2 on a worker thread);
// SCRAM asks for the user's verifier in the middle and then knows.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace sasl {

inline constexpr std::size_t max_response = 9216; // decoded; RFC 4954 limits lines to 12288
inline constexpr std::size_t max_name = 255;
inline constexpr std::size_t max_password = 1024;

struct Step {
    enum class Kind : std::uint8_t {
        challenge,   // send `data` (to be encoded), feed the response
        credentials, // PLAIN, LOGIN: user() and password() are to be verified by the caller
        need_verifier, // SCRAM: look up user(), call supply_verifier()
        success,       // SCRAM: proven, user() it is; `data` was sent before
        failure,       // SCRAM: wrong password
        malformed,     // not what the mechanism allows: 501 5.5.2
    };
    Kind kind = Kind::malformed;
    std::string data;
};

class Exchange {
public:
    virtual ~Exchange() = default;
    // The response that came with AUTH, or nullopt: none came.
    virtual Step start(std::optional<std::string_view> initial) = 0;
    virtual Step response(std::string_view bytes) = 0;
    // SCRAM only.  `verifier`: "SCRAM-SHA-256$iterations:salt$StoredKey:ServerKey", or
    // empty when there is no such user: the exchange goes on with an invented one and fails
    // at the end, so that users cannot be told from strangers.
    virtual Step supply_verifier(std::string_view verifier) = 0;

    [[nodiscard]] const std::string& user() const { return user_; } // who logs in
    [[nodiscard]] const std::string& identity() const
    {
        return identity_;
    } // acts as; may be empty
    [[nodiscard]] const std::string& password() const { return password_; }

protected:
    std::string user_;
    std::string identity_;
    std::string password_;
};

// "PLAIN", "LOGIN", "SCRAM-SHA-256" (upper case); nullptr for everything else.
// `secret`: some bytes of this process, from which invented salts are derived.
[[nodiscard]] std::unique_ptr<Exchange> begin(std::string_view mechanism,
                                              std::string_view secret = {});

} // namespace sasl
