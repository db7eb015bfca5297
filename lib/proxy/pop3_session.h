// SPDX-License-Identifier: Apache-2.0
// proxy/pop3_session.h - a POP3 client's session: what it says before the login, the login
// at its backend, and the conversation after it.
//
// The client may try to log in again after a refusal.  Nothing of it is said to a backend
// before its name is known, but where APOP is offered: its timestamp is the backend's own.
#pragma once

#include "pop3/prelude.h"
#include "proxy/pop3_backend.h"
#include "proxy/pop3_conversation.h"
#include "proxy/session.h"
#include "sasl/identity.h"
#include "tap/pop3_witness.h"

#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace proxy {

class Pop3Server;

class Pop3Session : public Session {
public:
    Pop3Session(Pop3Server& server, ListenerPtr listener, session::Arrival arrival);
    ~Pop3Session() override;

protected:
    [[nodiscard]] net::Task<bool> log_in() override;
    [[nodiscard]] Conversation& conversation() override { return *after_; }
    [[nodiscard]] Totals totals() const override;
    [[nodiscard]] std::string goodbye(std::string_view why) const override;
    [[nodiscard]] li::Cause told(const Trouble& trouble) const override;
    void over() override;

private:
    enum class Next : std::uint8_t { listen, leave, relay };
    // Why a SASL exchange ended without the client's next message.
    enum class NoMessage : std::uint8_t { cancelled, malformed, gone };
    using Message = std::expected<std::string, NoMessage>; // base64
    using Messages = std::expected<std::vector<std::string>, NoMessage>;

    // What is needed only until the login.
    struct Before;

    // pop3_session.cc
    [[nodiscard]] net::Task<void> greet();
    [[nodiscard]] net::Task<std::string> borrow_timestamp();
    [[nodiscard]] net::Task<Next> hear(net::Line line);
    [[nodiscard]] net::Task<Next> obey(pop3::Verdict verdict);
    [[nodiscard]] net::Task<Next> say(pop3::Verdict verdict);
    [[nodiscard]] net::Task<void> learn_capabilities();
    [[nodiscard]] net::Task<void> begin_tls(std::string reply);
    [[nodiscard]] pop3::Verdict believe();

    // pop3_session_login.cc
    [[nodiscard]] net::Task<Next> log_in_by_password();
    [[nodiscard]] net::Task<Next> log_in_by_digest();
    [[nodiscard]] net::Task<Next> log_in_by_sasl();
    void begin_login(sasl::Identity who, std::string mechanism);
    [[nodiscard]] net::Task<std::optional<Trouble>> reach(std::string user);
    [[nodiscard]] bool try_another(const Pop3Outcome& outcome);
    [[nodiscard]] net::Task<Next> conclude(Pop3Outcome outcome);
    [[nodiscard]] static Trouble unreachable(Trouble said);
    [[nodiscard]] net::Task<Next> refuse(Trouble trouble);
    [[nodiscard]] net::Task<Messages> hear_first_messages();
    [[nodiscard]] net::Task<Message> ask(std::string challenge);
    [[nodiscard]] net::Task<std::expected<Pop3Outcome, NoMessage>>
    exchange(std::vector<std::string> messages, std::string user);
    [[nodiscard]] net::Task<Pop3Outcome> begin_exchange(std::vector<std::string> messages,
                                                        std::string user);
    [[nodiscard]] net::Task<Next> without_message(NoMessage why, std::string mechanism);
    [[nodiscard]] Pop3Wishes wishes() const;

    Pop3Server& pop3_;
    std::unique_ptr<Before> before_;
    std::unique_ptr<tap::Pop3Witness> witness_; // null: [tkuev] is not enabled
    std::unique_ptr<pop3::ListWatcher> lists_;  // null: nothing of it is remembered
    std::unique_ptr<Pop3Conversation> after_;
};

struct Pop3Session::Before {
    Before(pop3::PreludeOptions options, net::Address from)
        : prelude(std::move(options)), arrived(from)
    {
    }
    pop3::Prelude prelude;
    net::Address arrived;                     // before XCLIENT
    std::optional<pop3::Capabilities> server; // of the listener's backend
    bool asked_server = false;
    std::unique_ptr<Pop3Backend> backend;
    std::optional<Link> link;
    bool keeps_link = false; // APOP: the timestamp is of this connection
    Search search;           // of this login
};

} // namespace proxy
