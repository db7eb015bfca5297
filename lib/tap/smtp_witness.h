// SPDX-License-Identifier: Apache-2.0
// tap/smtp_witness.h - what happens in an SMTP session to identities under a measure.
//
// The session tells what it does, in every session alike; here it is decided whether it
// concerns anybody (S1 to S6, S11 and S12 of tkuev-events(7)), from envelope and login
// only, and handed to the tap.  Nothing waits, nothing throws.
//
// What belongs to the target and nothing else: of a mail for the target the other
// recipients are not named, only counted; content is that of one transaction.
#pragma once

#include "li/event.h"
#include "smtp/command.h"
#include "smtp/transaction.h"
#include "tap/party.h"
#include "tap/tap.h"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tap {

// The session, as its witness sees it.
class SmtpScene {
public:
    [[nodiscard]] virtual Party party() const = 0;
    [[nodiscard]] virtual const smtp::Transaction& dialogue() const = 0;

protected:
    ~SmtpScene() = default;
};

class SmtpWitness {
public:
    // `session`: its id.  Tap and scene outlive the witness.
    SmtpWitness(Tap& tap, const SmtpScene& scene, std::string_view session);

    // Somebody has named himself, and has not been answered yet.
    void login_began(const std::string& user, std::string_view mechanism);
    void login_ended(const std::string& user, std::string_view mechanism,
                     const smtp::Reply& reply);
    // Before the dialogue obeys: RSET and others may give up what was begun.
    void about_to(const smtp::Command& command);
    // MAIL and RCPT may have been refused.
    void answered(const smtp::Command& command, const smtp::Reply& reply);

    void message_begins(bool chunks);
    void heard(std::string_view bytes); // as on the wire, the final dot included
    // Before the dialogue forgets the envelope.
    void message_done(const smtp::Reply& reply, std::string_view queue_id);
    // The session is over, for whatever reason.
    void ended(std::string_view why);

private:
    // One measure and those recipients of the message that are of interest to it.
    struct Concerned {
        Target target;
        std::vector<std::string> recipients; // empty: the sender is
    };
    // The message under way.
    struct Open {
        std::vector<Concerned> concerned; // whatever the times of their measures
        std::shared_ptr<std::string> content;
        bool chunks = false;
    };

    [[nodiscard]] std::string canonical(std::string_view address) const;
    [[nodiscard]] std::vector<Concerned>
    concerned_by(const text::Address& sender,
                 const std::vector<std::string>& recipients) const;
    void login_event(li::What what, li::Status status, const std::string& user,
                     std::string_view mechanism, li::Cause cause);
    void sender_refused(const smtp::Mail& mail, const smtp::Reply& reply);
    void recipient_refused(const smtp::Rcpt& rcpt, const smtp::Reply& reply);
    [[nodiscard]] std::vector<std::string> accepted_recipients() const;
    [[nodiscard]] li::Event event(li::What what, li::Status status) const;
    void describe(li::Event& event, const smtp::Mail& mail) const;
    [[nodiscard]] const smtp::Envelope& envelope() const
    {
        return scene_.dialogue().envelope();
    }
    void report(const std::vector<Concerned>& concerned, const li::Event& base,
                const std::vector<std::string>& recipients, std::uint32_t total,
                const Content& content);
    void fail(li::Cause cause);
    Tap& tap_;
    const SmtpScene& scene_;
    std::string session_;
    std::uint32_t transactions_ = 0;
    std::int64_t login_time_ = 0; // microseconds; 0: nobody has logged in
    std::string login_;           // canonical
    std::string asking_;          // who is about to log in, and how
    std::string mechanism_;
    std::unique_ptr<Open> open_; // only while a message of interest comes in
};

} // namespace tap
