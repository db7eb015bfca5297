// SPDX-License-Identifier: Apache-2.0
// proxy/journal.h - who hears of logins and of the end of sessions.
//
// Called in every session alike, whoever listens; nothing here may wait or throw.  What
// happens to messages in between is told to the followers' observers (pop3/observer.h,
// imap/observer.h).
#pragma once

#include "base/clock.h"
#include "net/address.h"
#include "proxy/trouble.h"

#include <cstdint>
#include <string_view>

namespace proxy {

struct Login {
    std::string_view id; // of the session
    net::Address client;
    std::string_view listener;
    std::string_view user;      // whose mailbox
    std::string_view by;        // who authenticates; the same, but for who acts as another
    std::string_view mechanism; // "USER", "APOP", "LOGIN", "PLAIN" ...
    std::string_view tls;       // of the client's leg: "TLSv1.3", "none"
    std::string_view backend;   // "mail1[192.0.2.1]:143"; empty: none was reached
};

// What has passed in a session after its login.
struct Totals {
    std::uint32_t fetched = 0; // messages, whole
    std::uint32_t parts = 0;   // of messages: TOP, sections, ranges
    std::uint32_t uploaded = 0;
    std::uint32_t deleted = 0;
    std::uint64_t from_client = 0; // bytes
    std::uint64_t from_backend = 0;
    base::milliseconds lasted{}; // the whole session
};

class Journal {
public:
    virtual ~Journal() = default;
    virtual void login_tried(const Login&) {}
    virtual void login_accepted(const Login&) {}
    virtual void login_failed(const Login&, const Trouble&) {}
    virtual void session_ended(const Login&, const Totals&, std::string_view /*reason*/) {}
};

// Writes log lines: login-accepted, login-refused, login-unavailable, session-ended.
class LogJournal : public Journal {
public:
    void login_accepted(const Login& login) override;
    void login_failed(const Login& login, const Trouble& trouble) override;
    void session_ended(const Login& login, const Totals& totals,
                       std::string_view reason) override;
};

} // namespace proxy
