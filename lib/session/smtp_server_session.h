// SPDX-License-Identifier: Apache-2.0
// session/smtp_server_session.h - one SMTP session, told in the order it is spoken.
//
// Nothing here knows SMTP.  Grammar is smtp/command, the order of commands and the replies
// are smtp/transaction, who may relay is session/relay_policy: all pure.  What is left is
// the conversation, and the instant a message becomes ours.
//
//     smtp_server_session.cc   the dialogue
//     smtp_server_arrival.cc   before the greeting: PROXY header, admission, TLS
//     smtp_server_people.cc    may this sender, this recipient? ETRN
//     smtp_server_message.cc   DATA and BDAT, the hand-over to the log
//     smtp_server_login.cc     STARTTLS, AUTH, XCLIENT
#pragma once

#include "session/incoming_message.h"
#include "session/smtp_listener.h"
#include "session/smtp_server.h"
#include "session/smtp_server_wire.h"
#include "smtp/command.h"
#include "smtp/transaction.h"
#include "tap/smtp_witness.h"

#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace sasl {
class Exchange;
}

namespace session {

// Filled in by a look-up that runs beside the dialogue and may outlive it.
struct ClientName {
    std::string name; // leads to the client's address and back; empty: none
    bool done = false;
};

[[nodiscard]] smtp::Reply no_space_reply();

class SmtpServerSession : public Guest, private tap::SmtpScene {
public:
    SmtpServerSession(SmtpServer& server, std::shared_ptr<const SmtpListener> listener,
                      Arrival arrival);
    ~SmtpServerSession() override;
    SmtpServerSession(const SmtpServerSession&) = delete;
    SmtpServerSession& operator=(const SmtpServerSession&) = delete;

    [[nodiscard]] net::Task<void> run() override;
    void drain() override; // 421 at the next command
    void abort() override { wire_.stream().abort(); }

private:
    // Who speaks; changed by PROXY and XCLIENT.
    struct Client {
        net::Address address;
        std::string name; // given by XCLIENT; else lookup_ knows
    };

    // What an exchange came to that nobody could judge.
    enum class NoLogin : std::uint8_t {
        malformed, // not base64, or not what the mechanism says
        cancelled, // by the client's "*"
    };

    // The dialogue.
    net::Task<void> converse();
    net::Task<smtp::Command> hear_command();
    net::Task<smtp::Verdict> attend(const smtp::Verdict& verdict,
                                    const smtp::Command& command);
    net::Task<void> answer(smtp::Verdict verdict);
    net::Task<void> say_goodbye();
    [[nodiscard]] base::seconds patience() const;
    void set_command_deadline();
    void leave();

    // Before the greeting.
    net::Task<bool> arrive();
    net::Task<bool> hear_proxy_header();
    bool admitted();
    void begin_name_lookup();
    net::Task<void> wait_for_name();
    [[nodiscard]] const std::string& client_name() const;

    // People.
    net::Task<smtp::Verdict> check_sender();
    smtp::Verdict check_sender_now();
    net::Task<smtp::Verdict> check_recipient();
    std::expected<Ruling, smtp::Reply> rule_on_recipient();
    [[nodiscard]] std::optional<Ruling> rule_on_rewritten() const;
    smtp::Verdict accept_recipient();
    smtp::Verdict refuse_sender(const smtp::Reply& reply);
    smtp::Verdict refuse_recipient(const smtp::Reply& reply);
    net::Task<smtp::Verdict> ask_backend();
    net::Task<void> tarpit();
    net::Task<smtp::Verdict> flush_queue(std::string node);
    net::Task<bool> may_flush(std::string domain);
    net::Task<bool> is_this_client(std::string host);
    [[nodiscard]] Speaker speaker() const;
    smtp::Reply unavailable(const base::Failure& failure);

    // Messages.
    net::Task<smtp::Verdict> take_data(smtp::Reply go_ahead);
    net::Task<smtp::Verdict> take_chunk(std::uint64_t size, bool last);
    net::Task<smtp::Verdict> swallow_chunk(smtp::Verdict verdict);
    net::Task<void> hear_chunk(std::uint64_t size);
    void let_witness_hear();
    net::Task<void> swallow(std::uint64_t size);
    net::Task<smtp::Reply> hand_over();
    void begin_message(bool in_chunks);
    smtp::Verdict message_done(const smtp::Reply& outcome);
    smtp::Verdict refuse_data(const smtp::Reply& reply);
    smtp::Verdict hang_up(const smtp::Reply& reply);
    void set_message_deadline();
    [[nodiscard]] bool endless() const;
    [[nodiscard]] smtp::Received trace_field();
    [[nodiscard]] spool::Envelope spool_envelope() const;
    [[nodiscard]] spool::Client spool_client() const;
    smtp::Reply refuse_message(const smtp::Reply& reply);
    // Of the client's connection: "TLSv1.3", "none".
    [[nodiscard]] std::string tls_version() const;
    void log_refused_size(const smtp::Command& command, const smtp::Reply& reply) const;
    void log_accepted(std::string_view id, std::uint64_t size);

    // Logins and who we talk to.
    net::Task<smtp::Verdict> start_tls(smtp::Verdict verdict);
    net::Task<smtp::Verdict> log_in(smtp::Auth command);
    net::Task<std::expected<Login, NoLogin>> exchange(sasl::Exchange& exchange,
                                                      smtp::Auth command);
    net::Task<std::expected<std::string, NoLogin>> hear_response();
    net::Task<Login> verify(const sasl::Exchange& exchange);
    std::expected<std::string, Login> scram_verifier(const std::string& user);
    smtp::Verdict refuse_exchange(NoLogin what);
    void log_login(const Login& login, std::string_view mechanism);
    net::Task<smtp::Verdict> apply_xclient(smtp::ClientAttributes said);
    void forget_xclient();

    void log_end() const;

    // What the witness sees.
    [[nodiscard]] tap::Party party() const override;
    [[nodiscard]] const smtp::Transaction& dialogue() const override
    {
        return *transaction_;
    }

    SmtpServer& server_;
    std::shared_ptr<const SmtpListener> listener_;
    SmtpServerWire wire_;
    std::string id_;
    net::Address peer_;    // the other end of the connection, whoever it speaks for
    net::Address arrived_; // who came: peer_, or whom the PROXY header names
    Client client_;
    bool renamed_ = false;        // by XCLIENT
    bool envelopes_full_ = false; // and the log says so
    std::shared_ptr<ClientName> lookup_;
    std::optional<net::Address> counted_;            // under this address in ClientLimits
    std::unique_ptr<smtp::Transaction> transaction_; // once the greeting is due
    EnvelopeShare envelope_share_;
    std::unique_ptr<IncomingMessage> message_;
    std::unique_ptr<tap::SmtpWitness> witness_; // null: [tkuev] is not enabled
    base::SteadyTime started_ = base::Steady::now();
    base::SteadyTime message_started_{};
    std::string_view unheard_;       // by the witness, of the message that comes in
    std::uint32_t trace_number_ = 0; // of the messages of this session
    std::string queue_id_;           // of the message accepted last
    std::string trace_id_;           // in the log: session and number
    bool at_command_ = false;        // waiting for a command: may be told to go
    std::string_view why_ended_ = "quit";
    bool timed_out_ = false;
};

} // namespace session
