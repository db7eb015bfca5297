// SPDX-License-Identifier: Apache-2.0
// proxy/session.h - one session of a proxy, told in its order: arrival, login, relay, end.
// What POP3 and IMAP have in common; they fill in the login and the conversation after it.
#pragma once

#include "base/clock.h"
#include "proxy/backends.h"
#include "proxy/conversation.h"
#include "proxy/leg.h"
#include "proxy/listener.h"
#include "proxy/relay.h"
#include "proxy/server.h"
#include "sasl/identity.h"
#include "session/reception.h"
#include "tap/mailbox_witness.h"

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace proxy {

class Session : public session::Guest, private tap::MailboxScene {
public:
    Session(Server& server, ListenerPtr listener, session::Arrival arrival);
    ~Session() override;
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;

    [[nodiscard]] net::Task<void> run() final;
    void drain() final;
    void abort() final;

    // Before the login.
    [[nodiscard]] base::SteadyTime arrived() const { return started_; }
    // Others need the place: true if the session ends now; false while somebody is being
    // logged in, or it has been told already.
    [[nodiscard]] bool hurry();

protected:
    // The dialogue before the login, from the greeting on.  True: succeeded() has the link,
    // the client knows it, and what either side has sent besides waits in its leg.  False:
    // the client has heard why; end_as() says what the log says. Reads and writes end with
    // the deadline that run() has set (Times::login).
    [[nodiscard]] virtual net::Task<bool> log_in() = 0;
    // After log_in() was true; lives as long as the session.
    [[nodiscard]] virtual Conversation& conversation() = 0;
    // What the messages' observer has counted.
    [[nodiscard]] virtual Totals totals() const = 0;
    // The session has ended, after whatever it was.
    virtual void over() {}
    // Said to a client that has not logged in, when the time is over, there are too many,
    // or we are stopping; with its line end.
    [[nodiscard]] virtual std::string goodbye(std::string_view why) const = 0;

    // What the client hears of a login that failed.
    [[nodiscard]] virtual li::Cause told(const Trouble& trouble) const = 0;

    // Who looks at what happens to the mailbox; lives as long as the session.
    void watched_by(tap::MailboxWitness* witness) { witness_ = witness; }
    // The client has its answer, and is to be heard now.
    void let_witness_catch_up()
    {
        if (witness_ != nullptr)
            witness_->catch_up();
    }
    [[nodiscard]] const tap::MailboxScene& scene() const { return *this; }

    // For the dialogue.
    [[nodiscard]] Server& server() { return server_; }
    [[nodiscard]] const Listener& listener() const { return *listener_; }
    [[nodiscard]] const ListenerPtr& listener_ptr() const { return listener_; }
    [[nodiscard]] const std::string& id() const { return id_; }
    [[nodiscard]] Leg& client() { return client_; }
    [[nodiscard]] const Leg& client() const { return client_; }
    [[nodiscard]] const net::Address& client_address() const { return address_; }
    [[nodiscard]] bool over_tls() const;
    // Whose mailbox, in the one form.
    [[nodiscard]] std::string folded_user() const
    {
        return folded_name(user_, listener_->user_domain);
    }
    // The peer may say for whom it speaks (trust-xclient), and has said so.
    [[nodiscard]] bool trusted() const;
    void set_client(net::Address client, std::uint32_t ttl);
    [[nodiscard]] Caller caller() const;

    // STARTTLS was agreed on and said.  Throws net::TlsFailure.
    [[nodiscard]] net::Task<void> start_tls();
    // Somebody has named a user (empty: nobody), and perhaps says no more.
    void named(const std::string& user, std::string_view mechanism);
    // One attempt to log in begins: tells the journal.  `mechanism` as for the log.
    void trying(sasl::Identity who, std::string mechanism);
    // One that is refused before anybody was asked.
    void turned_down(const sasl::Attempt& attempt);
    // What is shown with this attempt, if it is a password; what becomes of it is learned.
    // Empty: the backend does not get to see it.
    void shows(std::string_view password);
    // How it came out.  succeeded(): keeps the link, counts the user; false: this user has
    // too many sessions (the journal knows), the link is gone.
    [[nodiscard]] bool succeeded(Link link);
    void failed(const Trouble& trouble);
    void work();   // the client waits for us: its time stands still
    void listen(); // and runs again
    // After a refused login, before its answer.
    [[nodiscard]] net::Task<void> delay_refusal();
    // It was told to come to an end: the next read or write has to be the last.
    [[nodiscard]] bool must_go() const { return hurried_ || server_.draining(); }
    void end_as(std::string_view reason) { reason_ = reason; }

private:
    [[nodiscard]] net::Task<bool> arrive();
    [[nodiscard]] bool admitted();
    void no_stranger();
    [[nodiscard]] net::Task<void> carry();
    [[nodiscard]] net::Task<void> say(std::string words);
    void leave();
    [[nodiscard]] Login login() const;
    [[nodiscard]] tap::Party party() const override;
    [[nodiscard]] Totals counted_totals() const;
    [[nodiscard]] li::Cause cause_of(const Trouble& trouble) const;
    void learn(bool accepted);

    Server& server_;
    ListenerPtr listener_;
    std::string id_;
    Leg client_;
    net::Address peer_;
    net::Address address_; // the client's, whoever passes it on
    std::uint32_t ttl_ = 5;
    std::optional<net::Address> counted_;
    std::string user_;
    std::string by_;
    std::string mechanism_;
    std::string password_; // while it may be learned, until the backend has answered
    tap::MailboxWitness* witness_ = nullptr; // null: [tkuev] is not enabled
    UserPlaces::Place place_;
    std::unique_ptr<Leg> backend_;
    std::string backend_name_;
    std::shared_ptr<net::TlsContext> backend_tls_; // outlives the leg's session
    std::unique_ptr<Relay> relay_;
    base::SteadyTime started_ = base::Steady::now();
    std::string_view reason_ = "quit";
    std::optional<Server::Strangers::iterator> stranger_; // until it has logged in
    bool at_dialogue_ = false; // before the login: may be told to go
    bool trying_ = false;      // a login is under way
    bool hurried_ = false;
};

} // namespace proxy
