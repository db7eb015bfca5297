// SPDX-License-Identifier: Apache-2.0
// proxy/imap_session.h - one IMAP session, told in its order: greeting, STARTTLS, login at
// the backend, and then whatever client and backend have to say to each other.
#pragma once

#include "imap/capabilities.h"
#include "imap/command.h"
#include "imap/prelude.h"
#include "proxy/imap_backend.h"
#include "proxy/imap_conversation.h"
#include "proxy/imap_script.h"
#include "proxy/session.h"
#include "tap/imap_witness.h"

#include <expected>
#include <memory>
#include <string>
#include <string_view>

namespace proxy {

class ImapSession : public Session {
public:
    ImapSession(Server& server, ListenerPtr listener, session::Arrival arrival);

protected:
    [[nodiscard]] net::Task<bool> log_in() override;
    [[nodiscard]] Conversation& conversation() override { return *conversation_; }
    [[nodiscard]] Totals totals() const override;
    [[nodiscard]] std::string goodbye(std::string_view why) const override;
    [[nodiscard]] li::Cause told(const Trouble& trouble) const override;

private:
    enum class Next : std::uint8_t { listen, logged_in, hang_up };

    // What is needed before the login only: an idle session keeps none of it.
    struct Dialogue {
        Dialogue(const imap::Limits& limits, imap::PreludeOptions options,
                 imap::Capabilities facts, net::Address arrived)
            : reader(limits), prelude(std::move(options)), backend(std::move(facts)),
              arrived_as(std::move(arrived))
        {
        }
        imap::CommandReader reader;
        imap::Prelude prelude;
        imap::Capabilities backend;   // of the listener's; empty: nobody could be asked
        net::Address arrived_as;      // before anybody said in the clear who it was
        bool client_answered = false; // a question of the backend, in this login
    };

    // Before the login (imap_session.cc)
    [[nodiscard]] net::Task<void> greet();
    [[nodiscard]] net::Task<bool> hear_command();
    [[nodiscard]] imap::Verdict judge();
    [[nodiscard]] net::Task<Next> obey(imap::Verdict verdict);
    [[nodiscard]] net::Task<Next> start_tls_now(std::string reply);
    [[nodiscard]] std::string announced() const;
    void hear_claims();

    // The login (imap_session_login.cc)
    [[nodiscard]] net::Task<Next> log_in_by_command();
    [[nodiscard]] net::Task<Next> log_in_by_mechanism();
    [[nodiscard]] net::Task<std::expected<ImapLogin, Trouble>> hear_login();
    [[nodiscard]] net::Task<std::expected<std::string, Trouble>> ask(std::string challenge);
    [[nodiscard]] net::Task<Next> attempt(ImapLogin login, std::string user);
    [[nodiscard]] net::Task<std::expected<std::string, Trouble>>
    try_hosts(Link& link, ImapLogin login, std::string user);
    [[nodiscard]] net::Task<Next> refuse(Trouble trouble);
    [[nodiscard]] net::Task<Next> say_refusal(Trouble trouble);

    // At the backend (imap_session_backend.cc)
    [[nodiscard]] net::Task<std::expected<std::string, Trouble>>
    log_in_at(Link& link, const imap::Capabilities& offered, ImapLogin login);
    [[nodiscard]] net::Task<std::string>
    converse(Link& link, const imap::Capabilities& offered, ImapLogin login);
    [[nodiscard]] net::Task<ImapAnswer> exchange(ImapBackend& backend, ImapScript script,
                                                 std::string tag);
    [[nodiscard]] net::Task<void> relay_challenge(ImapBackend& backend,
                                                  std::string challenge);
    [[nodiscard]] net::Task<void> compress_backend(ImapBackend& backend, Link& link);
    [[nodiscard]] std::string introduction(const Link& link,
                                           const imap::Capabilities& offered,
                                           std::string_view tag) const;

    std::unique_ptr<Dialogue> dialogue_;
    std::unique_ptr<tap::ImapWitness> witness_; // null: [tkuev] is not enabled
    std::unique_ptr<ImapConversation> conversation_;
};

} // namespace proxy
