// SPDX-License-Identifier: Apache-2.0
// tap/smtp_stage_test.h - an SMTP session whose words are given, with its witness.
#pragma once

#include "smtp/command.h"
#include "smtp/transaction.h"
#include "tap/smtp_witness.h"
#include "tap/stage_test.h"

#include <string>
#include <string_view>

namespace tap::test {

// A session that accepts everything but what a test says, and tells its witness.
class Session final : public SmtpScene {
public:
    explicit Session(Stage& stage) : witness_(stage.tap(), *this, "7-1")
    {
        (void)said("EHLO client.example");
    }

    // A reply other than "": what the one who is asked says.
    smtp::Reply said(const std::string& line, const smtp::Reply& refusal = {})
    {
        const smtp::Command command =
            smtp::parse_command(line, dialogue_.command_options());
        witness_.about_to(command);
        smtp::Verdict verdict = dialogue_.judge(command);
        if (verdict.then == smtp::Then::check_sender)
            verdict = refusal.positive() ? dialogue_.accept_sender()
                                         : dialogue_.refuse_sender(refusal);
        if (verdict.then == smtp::Then::check_recipient)
            verdict = refusal.positive() ? dialogue_.accept_recipient()
                                         : dialogue_.refuse_recipient(refusal);
        witness_.answered(command, verdict.reply);
        witness_.catch_up();
        return verdict.reply;
    }
    void message(const std::string& wire, const smtp::Reply& outcome, bool chunks = false)
    {
        (void)dialogue_.judge(smtp::parse_command("DATA", {}));
        witness_.message_begins(chunks);
        for (const char c : wire)
            witness_.heard(std::string_view(&c, 1));
        witness_.message_waits();
        witness_.message_done(outcome, outcome.positive() ? "QUEUEID" : "");
        (void)dialogue_.message_done(outcome);
        witness_.catch_up();
    }
    void log_in(const std::string& user, const smtp::Reply& reply)
    {
        witness_.login_began(user, "PLAIN");
        if (reply.positive())
            (void)dialogue_.auth_done(user);
        witness_.login_ended(user, "PLAIN", reply);
        witness_.catch_up();
    }
    void start_tls()
    {
        witness_.about_to(smtp::StartTls());
        dialogue_.tls_started();
        client_.address = "192.0.2.77"; // a front end says who speaks from now on
        witness_.answered(smtp::StartTls(), {.code = 0, .enhanced = {}, .text = {}});
        witness_.catch_up();
    }
    tap::SmtpWitness& witness() { return witness_; }

    [[nodiscard]] tap::Party party() const override
    {
        return {.client = client_,
                .server = {"198.51.100.25", 25},
                .tls = "TLSv1.3 X",
                .client_octets = 10,
                .server_octets = 20};
    }
    [[nodiscard]] const smtp::Transaction& dialogue() const override { return dialogue_; }

private:
    li::Endpoint client_{"192.0.2.1", 49152};
    smtp::Transaction dialogue_{[] {
        smtp::Service service;
        service.hostname = "mx.example";
        return service;
    }()};
    tap::SmtpWitness witness_;
};

inline const smtp::Reply taken{250, "2.0.0", "queued"};
inline const smtp::Reply no_user{550, "5.1.1", "no such user"};
inline const std::string mail =
    "Message-ID: <1@example.de>\r\nFrom: x@y\r\n\r\nhi\r\n.\r\n";

} // namespace tap::test
