// SPDX-License-Identifier: Apache-2.0
// imap/prelude.h - the rules before the login, as a proxy keeps them for any server behind.
//
// Takes whole commands, gives the answer or says what has to be done for one.  Knows no
// sockets and no server.  Everything said before STARTTLS is forgotten there (RFC 9051
// section 6.2.1).
#pragma once

#include "imap/capabilities.h"
#include "imap/command.h"
#include "imap/limits.h"
#include "sasl/identity.h"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace imap {

enum class Then : std::uint8_t {
    listen,            // say the reply, hear the next command
    hang_up,           // say the reply and close
    tell_capabilities, // "* CAPABILITY announce(...)", then the reply
    identify,     // ID: identity() is what the client says of itself; "* ID ...", reply
    start_tls,    // say the reply, drop what is buffered, shake hands, tls_started()
    log_in,       // user(), password()
    authenticate, // mechanism(), initial()
};

struct Verdict {
    std::string reply; // with its line end; empty: the answer comes from elsewhere
    Then then = Then::listen;
    bool delay = false;                        // a refused login: make the client wait
    std::optional<sasl::Attempt> attempt = {}; // refused before anybody was asked
};

struct PreludeOptions {
    Limits limits;
    bool tls_possible = false; // STARTTLS can be offered
    bool tls_active = false;   // from the first byte
    bool login_without_tls = false;
    bool passwords = true;               // LOGIN is taken
    std::vector<std::string> mechanisms; // those we can carry, upper case
};

class Prelude {
public:
    explicit Prelude(PreludeOptions options) : options_(std::move(options)) {}

    // A command as CommandReader has gathered it.  `ahead`: more bytes have come already
    // (STARTTLS refuses that).
    [[nodiscard]] Verdict judge(std::string_view line, bool ahead = false);
    // CommandReader::State::refused and ::too_long.
    [[nodiscard]] Verdict literal_too_long(std::string_view line);
    [[nodiscard]] Verdict too_long() const;
    // A login was refused by the server; `reply` is ours for it.
    [[nodiscard]] Verdict login_refused(std::string reply);
    void tls_started();
    // Password and initial response are needed no more.
    void forget_secrets();

    [[nodiscard]] Offer offer() const;

    // Of the latest command.
    [[nodiscard]] const std::string& tag() const { return command_.tag; }
    [[nodiscard]] const std::string& command() const { return command_.name; }
    [[nodiscard]] const std::string& user() const { return user_; }
    [[nodiscard]] const std::string& password() const { return password_; }
    [[nodiscard]] const std::string& mechanism() const { return mechanism_; }
    // Base64; "=" is the empty response.
    [[nodiscard]] const std::optional<std::string>& initial() const { return initial_; }
    // Field and value by turns; empty for NIL.
    [[nodiscard]] const std::vector<std::string>& identity() const { return identity_; }
    [[nodiscard]] std::uint32_t errors() const { return errors_; }

private:
    [[nodiscard]] Verdict dispatch(bool ahead);
    void forget_arguments();
    [[nodiscard]] Verdict judge_login();
    [[nodiscard]] Verdict judge_authenticate();
    [[nodiscard]] Verdict judge_starttls(bool ahead);
    [[nodiscard]] Verdict judge_id();
    [[nodiscard]] Verdict refuse(std::string_view condition, std::string_view code,
                                 std::string_view text);
    [[nodiscard]] Verdict refuse_login(std::string_view code, std::string_view text,
                                       sasl::Attempt attempt);
    [[nodiscard]] Verdict idle(Then then);
    [[nodiscard]] bool may_log_in() const;
    [[nodiscard]] bool has_arguments(std::size_t count) const;

    PreludeOptions options_;
    Command command_;
    std::string user_;
    std::string password_;
    std::string mechanism_;
    std::optional<std::string> initial_;
    std::vector<std::string> identity_;
    std::uint32_t errors_ = 0;
    std::uint32_t refused_logins_ = 0;
    std::uint32_t idle_commands_ = 0;
};

} // namespace imap
