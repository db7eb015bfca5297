// SPDX-License-Identifier: Apache-2.0
// pop3/prelude.h - the rules before the login, as a proxy keeps them for any server behind.
//
// Takes command lines, gives the reply or says what has to be done for one.  Knows no
// sockets and no server.  Everything said before STLS is forgotten there (RFC 2595 section
// 4).
#pragma once

#include "pop3/capabilities.h"
#include "pop3/command.h"
#include "pop3/limits.h"
#include "sasl/identity.h"

#include <optional>
#include <string>
#include <string_view>

namespace pop3 {

enum class Then : std::uint8_t {
    listen,            // say the reply, hear the next command
    hang_up,           // say the reply and close
    tell_capabilities, // announce(server's, offer())
    start_tls,         // say the reply, drop what is buffered, shake hands, tls_started()
    log_in,            // USER and PASS are complete: user(), password()
    authenticate,      // AUTH: mechanism(), initial()
    apop,              // user(), digest()
    believe,           // XCLIENT of a trusted peer: attributes(); reply when done
};

struct Verdict {
    std::string reply; // with its line end; empty: the answer comes from elsewhere
    Then then = Then::listen;
    bool delay = false;                        // a refused login: make the client wait
    std::optional<sasl::Attempt> attempt = {}; // refused before anybody was asked
};

struct PreludeOptions {
    Limits limits;
    bool tls_possible = false; // STLS can be offered
    bool tls_active = false;   // from the first byte
    bool login_without_tls = false;
    bool passwords = true;               // USER and PASS are taken
    bool apop = false;                   // the greeting has a timestamp
    bool utf8 = false;                   // the server can
    bool lang = false;                   // the server can
    bool xclient = false;                // the peer is trusted
    std::vector<std::string> mechanisms; // those we can carry, upper case
};

class Prelude {
public:
    explicit Prelude(PreludeOptions options) : options_(std::move(options)) {}

    // `ahead`: more bytes have come already (STLS refuses that).
    [[nodiscard]] Verdict judge(std::string_view line, bool ahead = false);
    // The line went beyond its limit.
    [[nodiscard]] Verdict line_too_long();
    // A login was refused by the server; `reply` is ours for it.  Hangs up when there were
    // too many.
    [[nodiscard]] Verdict login_refused(std::string reply);
    // What was asked for cannot be understood (a SASL message, XCLIENT): an error like
    // others.
    [[nodiscard]] Verdict malformed(std::string_view what) { return refuse(what); }
    void tls_started();
    // What the server behind can, for whoever learns it only when it matters: before CAPA,
    // AUTH, UTF8 or LANG is judged.
    void server_can(std::vector<std::string> mechanisms, bool utf8, bool lang);
    // The greeting has a timestamp, or not.
    void offer_apop(bool timestamp) { options_.apop = timestamp; }
    // The login is over, or its words have been handed on.
    void forget_secrets();

    // What is offered to this client now.
    [[nodiscard]] Offer offer() const;
    [[nodiscard]] std::size_t longest_line() const;

    [[nodiscard]] const std::string& user() const { return user_; }
    [[nodiscard]] const std::string& password() const { return password_; }
    [[nodiscard]] const std::string& digest() const { return password_; }
    [[nodiscard]] const std::string& mechanism() const { return mechanism_; }
    // "=" is the empty response (RFC 5034 section 4).
    [[nodiscard]] const std::optional<std::string>& initial() const { return initial_; }
    [[nodiscard]] const std::string& attributes() const { return attributes_; }
    // What the server has to be told before the login.
    [[nodiscard]] bool utf8() const { return utf8_; }
    [[nodiscard]] const std::string& language() const { return language_; }
    [[nodiscard]] std::uint32_t errors() const { return errors_; }

private:
    [[nodiscard]] Verdict dispatch(const Command& command, bool ahead);
    [[nodiscard]] Verdict judge_user(const Command& command);
    [[nodiscard]] Verdict judge_pass(const Command& command);
    [[nodiscard]] Verdict judge_apop(const Command& command);
    [[nodiscard]] Verdict judge_auth(const Command& command);
    [[nodiscard]] Verdict judge_stls(const Command& command, bool ahead);
    [[nodiscard]] Verdict judge_lang(const Command& command);
    [[nodiscard]] Verdict judge_xclient(const Command& command);
    [[nodiscard]] Verdict refuse(std::string_view text, std::string_view code = {});
    [[nodiscard]] Verdict refuse_login(std::string_view text, sasl::Attempt attempt);
    [[nodiscard]] Verdict idle(std::string reply);
    [[nodiscard]] bool may_log_in() const;

    PreludeOptions options_;
    std::string user_;
    std::string password_;
    std::string mechanism_;
    std::optional<std::string> initial_;
    std::string attributes_;
    std::string language_;
    bool utf8_ = false;
    std::uint32_t errors_ = 0;
    std::uint32_t refused_logins_ = 0;
    std::uint32_t idle_commands_ = 0;
};

} // namespace pop3
