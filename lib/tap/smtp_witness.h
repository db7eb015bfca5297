// SPDX-License-Identifier: Apache-2.0
// tap/smtp_witness.h - what happens in an SMTP session to identities under a measure.
//
// The session tells what it does, in every session alike; here it is decided whether it
// concerns anybody (S1 to S6, S11 and S12 of tkuev-events(7)), from envelope and login
// only, and handed to the tap.  Nothing waits, nothing throws.
//
// What belongs to the target and nothing else: of a mail for the target the other
// recipients are not named, only counted; nor is a login said that is another's; content is
// that of one transaction, and of one that began within the measure.
#pragma once

#include "li/event.h"
#include "smtp/command.h"
#include "smtp/transaction.h"
#include "tap/agenda.h"
#include "tap/party.h"
#include "tap/tap.h"

#include <cstdint>
#include <memory>
#include <optional>
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
    // All of it was heard, and the disk works on it: what is to be told of it is made now,
    // while everybody waits, and not behind the answer.
    void message_waits();
    // Before the dialogue forgets the envelope.
    void message_done(const smtp::Reply& reply, std::string_view queue_id);
    // Nobody waits for an answer any more: what takes time is done now.
    void catch_up() { agenda_.catch_up(); }
    [[nodiscard]] bool is_behind() const { return agenda_.size() > 0; }
    // The session is over, for whatever reason.
    void ended(std::string_view why);

private:
    // One measure and what of the message is of interest to it.
    struct Concerned {
        Target target;
        std::string matched;                 // canonical
        std::vector<std::string> recipients; // empty: the sender is
        bool by_login = false;               // the session is the target's
    };
    // The message under way.
    struct Open {
        std::vector<Concerned> concerned; // whatever the times of their measures
        std::shared_ptr<Gathered> content;
    };

    // What was, when something happened that is reported later.
    struct Said {
        smtp::Envelope envelope;
        std::string protocol;
        std::string helo;
        std::string login; // canonical
        li::Event scene;   // when, who and where
        std::uint32_t transaction = 0;
        std::int64_t began = 0; // the message, if there is one; microseconds
        std::uint64_t list = 0; // the tap's generation then
        bool chunks = false;
    };

    [[nodiscard]] static li::Cause cause_of(const smtp::Reply& reply);
    [[nodiscard]] Said said_now(smtp::Envelope envelope) const;
    // The act finds what had been said when this was called.  Whether it concerns anybody
    // is found out by the act: until there is an answer the same is done for everybody.
    template <class Act>
    void when_answered(Said said, Act act)
    {
        agenda_.add([this, said = std::move(said), act = std::move(act)]() mutable {
            said_ = std::move(said);
            act();
            said_.reset();
        });
    }
    [[nodiscard]] std::string canonical(std::string_view address) const;
    void add_sender(std::vector<Concerned>& all, const text::Address& sender) const;
    void add_recipient(std::vector<Concerned>& all, std::size_t senders,
                       const std::string& recipient) const;
    [[nodiscard]] std::vector<Concerned>
    concerned_by(const text::Address& sender,
                 const std::vector<std::string>& recipients) const;
    [[nodiscard]] std::vector<Concerned>
    concerned_now(const Open* open, const std::vector<std::string>& recipients) const;
    void login_event(li::What what, li::Status status, const std::string& user,
                     std::string_view mechanism, li::Cause cause);
    void tell_when_answered(li::Event of_login);
    // `event`: the scene that the login was in.
    void logged_out(li::Event event, li::Cause cause);
    void follow_login(std::string_view after);
    void sender_refused(const smtp::Mail& mail, const smtp::Reply& reply);
    void recipient_refused(const smtp::Rcpt& rcpt, const smtp::Reply& reply);
    void data_refused(const smtp::Reply& reply);
    [[nodiscard]] std::vector<std::string> accepted_recipients() const;
    [[nodiscard]] li::Event scene_now() const;
    [[nodiscard]] li::Event event(li::What what, li::Status status) const;
    void describe(li::Event& event, const smtp::Mail& mail) const;
    [[nodiscard]] const smtp::Envelope& envelope() const
    {
        return said_ ? said_->envelope : scene_.dialogue().envelope();
    }
    [[nodiscard]] li::Event event_for(const Concerned& one, const li::Event& base,
                                      const std::vector<std::string>& recipients) const;
    void report(li::What what, const smtp::Reply& reply,
                const std::vector<std::string>& recipients);
    void report(const std::vector<Concerned>& concerned, const li::Event& base,
                const std::vector<std::string>& recipients);
    [[nodiscard]] std::vector<Prepared> prepare(const std::vector<Concerned>& concerned,
                                                const li::Event& base,
                                                const std::vector<std::string>& recipients,
                                                const Open* open) const;
    [[nodiscard]] std::vector<Prepared> prepare_message(const Open* open) const;
    void submit(std::vector<Prepared> all, std::string_view queue_id);
    void report_failure(const Open* open, li::Cause cause);
    void fail(li::Cause cause);
    void open();

    Tap& tap_;
    const SmtpScene& scene_;
    std::string session_;
    std::uint32_t transactions_ = 0;
    std::int64_t login_time_ = 0; // microseconds; 0: nobody has logged in here
    std::string login_name_;      // as the dialogue has it
    std::string login_;           // canonical
    // As it was before a command that changes the client; null: there is none.
    std::unique_ptr<li::Event> before_;
    std::string asking_; // who is about to log in, and how
    std::string mechanism_;
    bool told_ = false;              // what became of the transaction
    bool chunks_ = false;            // of the message that comes in
    std::int64_t message_time_ = 0;  // when it began; microseconds
    std::uint64_t message_list_ = 0; // the tap's generation then
    std::unique_ptr<Open> open_;     // only while a message of interest comes in
    std::vector<Prepared> ready_;    // to be submitted when it is accepted
    std::optional<Said> said_;       // of the message that is being reported
    Agenda agenda_;
};

} // namespace tap
