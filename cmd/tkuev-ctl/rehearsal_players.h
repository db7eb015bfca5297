// SPDX-License-Identifier: Apache-2.0
// tkuev-ctl/rehearsal_players.h - the clients of a rehearsal: they have the sessions that
// were planned, and tell what they did.
#pragma once

#include "net/address.h"
#include "net/loop.h"
#include "rehearsal_plan.h"
#include "rehearsal_talk.h"

#include <optional>
#include <set>
#include <string>
#include <vector>

namespace tkuev {

struct Gate {
    net::Address address;
    bool implicit_tls = false;
};

struct Gates {
    std::optional<Gate> smtp;
    std::optional<Gate> submission;
    std::optional<Gate> pop3;
    std::optional<Gate> imap;
};

class Players {
public:
    Players(net::Loop& loop, const Cast& cast, const Gates& gates, std::string token,
            base::seconds patience);

    // All of its sessions at the same time; returns when the last one is over.  Throws the
    // first base::Failure of any.
    [[nodiscard]] net::Task<void> play(Round round);

    [[nodiscard]] const std::vector<Deed>& deeds() const { return deeds_; }
    [[nodiscard]] const std::set<std::uint16_t>& bystander_ports() const
    {
        return bystander_ports_;
    }

    // For the sessions.
    [[nodiscard]] const Person& person(const PlannedSession& session) const;
    [[nodiscard]] const std::string& token() const { return token_; }
    [[nodiscard]] const net::TlsContext& tls() const { return tls_; }
    [[nodiscard]] bool out_of_time() const { return base::Steady::now() > deadline_; }
    [[nodiscard]] net::Task<void> pause(); // before looking again
    // Notes it, with what is the same for all of the session.
    void did(const PlannedSession& session, const Talk& talk, Deed deed);

private:
    [[nodiscard]] const Gate& gate_of(const PlannedSession& session) const;
    [[nodiscard]] net::Task<Talk> open(const PlannedSession& session);
    [[nodiscard]] net::Task<void> have(PlannedSession session);
    [[nodiscard]] net::Task<void> have_guarded(PlannedSession session);

    net::Loop& loop_;
    const Cast& cast_;
    const Gates& gates_;
    std::string token_;
    base::seconds patience_;
    base::SteadyTime deadline_; // until when mails have to be there
    net::TlsContext tls_{net::ClientTlsOptions{}};
    std::vector<Deed> deeds_;
    std::set<std::uint16_t> bystander_ports_;
    std::size_t under_way_ = 0;
    std::string trouble_; // of the first session that failed
};

// Whole sessions, from the greeting to the good-bye.
[[nodiscard]] net::Task<void> smtp_session(Players& players, Talk& talk,
                                           const PlannedSession& session);
[[nodiscard]] net::Task<void> imap_session(Players& players, Talk& talk,
                                           const PlannedSession& session);
// True: its mails are not all there yet; another session has to look again.
[[nodiscard]] net::Task<bool> pop3_session(Players& players, Talk& talk,
                                           const PlannedSession& session);

[[nodiscard]] std::string wrong_password(const Person& person);

} // namespace tkuev
