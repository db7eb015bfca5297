// SPDX-License-Identifier: Apache-2.0
// tkuev-ctl/rehearsal_plan.h - which sessions a rehearsal has, and what each of them must
// make come out.  Pure: no clock, no network.
//
// Two accounts take part, both made for tests: that of the measure, and a bystander of whom
// nothing may come out.  Their sessions of a round run at the same time.
#pragma once

#include "etsi/email.h"
#include "li/event.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tkuev {

struct Person {
    std::vector<std::string> addresses; // at least one; the first is the sender's
    std::string login;
    std::string password;
};

struct Cast {
    Person account; // of the measure
    Person bystander;
    bool all_recipients = false; // the measure names those of incoming mail, too
};

// What the gateway speaks; the rest is not rehearsed.
struct Stages {
    bool smtp = false;
    bool submission = false; // with logins
    bool pop3 = false;
    bool imap = false;
};

struct RehearsalMail {
    std::string id; // Message-ID, with <>
    std::string sender;
    std::vector<std::string> recipients;
    std::string text; // lines end with CRLF; dots are not doubled
};

enum class SessionKind : std::uint8_t {
    deliver,           // SMTP without a login
    refused_recipient, // SMTP: a transaction of the account that leads to nothing
    submit,            // SMTP with a login
    failed_login,
    read, // POP3: LIST, TOP, RETR, DELE; IMAP: SELECT, FETCH whole and part, APPEND
};

struct PlannedSession {
    std::string title; // for the report
    SessionKind kind = SessionKind::deliver;
    li::Protocol protocol = li::Protocol::smtp;
    bool bystander = false;             // whose session it is
    std::vector<RehearsalMail> mails{}; // to send, or to read and delete
};

using Round = std::vector<PlannedSession>;

// `token`: random, of this rehearsal alone.  The mailboxes are empty of its mails after the
// last round.
[[nodiscard]] std::vector<Round> plan_of(const Cast& cast, const Stages& stages,
                                         const std::string& token);
// One more mail, for who reads by IMAP to put into his mailbox.
[[nodiscard]] RehearsalMail stored_mail(const Person& who, const std::string& token);

// The octets of a mail after DATA: dots doubled, and the final one.
[[nodiscard]] std::string with_dots(std::string_view text);

// What a client did, and how it went.
struct Deed {
    enum class What : std::uint8_t {
        logged_in,
        login_refused,
        logged_out,
        mail_accepted,
        transaction_refused, // MAIL or RCPT was refused, or the transaction given up
        fetched,
        part_fetched,
        stored,
    };
    What what = What::logged_in;
    std::string session{}; // title of the planned one
    bool bystander = false;
    bool with_login = false;         // mail_accepted: by submission
    std::uint16_t port = 0;          // the client's
    RehearsalMail mail{};            // mail_accepted, transaction_refused
    std::string content{};           // as on the wire; empty: none
    std::string recipient_refused{}; // transaction_refused
};

struct Expected {
    std::string session{};
    std::string event{}; // as tkuev-pdu(5) names it: "mail_received"
    etsi::EmailStatus status = etsi::EmailStatus::succeeded;
    std::uint16_t port = 0; // 0: of a leg, which has no client of ours
    std::string message_id{};
    std::optional<std::string> sender{};
    std::vector<std::string> recipients{};
    std::optional<std::uint32_t> total_recipients{};
    bool has_content = false;
    std::string digest{}; // of the content, SHA-256, hexadecimal
    std::uint64_t octets = 0;
};

// Nothing for what the bystander did to himself.
[[nodiscard]] std::vector<Expected> expected_of(const Deed& deed, const Cast& cast);

} // namespace tkuev
