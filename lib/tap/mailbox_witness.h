// SPDX-License-Identifier: Apache-2.0
// tap/mailbox_witness.h - what happens in a POP3 or IMAP session to mailboxes under a
// measure: what the two protocols have in common (P1 to P3, P10, I1 to I3, I15, I16 of
// tkuev-events(7)).
//
// A session is of interest from the moment its mailbox, or who reads it, comes under a
// measure, and until that ends, in the middle of the session as well.  Nothing waits,
// nothing throws; what takes time is done when the client has its answer, and says when it
// happened.
#pragma once

#include "li/event.h"
#include "tap/agenda.h"
#include "tap/party.h"
#include "tap/tap.h"

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tap {

// The session, as its witness sees it.
class MailboxScene {
public:
    [[nodiscard]] virtual Party party() const = 0;

protected:
    ~MailboxScene() = default;
};

class MailboxWitness {
public:
    // Tap and scene outlive the witness.
    MailboxWitness(Tap& tap, const MailboxScene& scene, li::Protocol protocol,
                   std::string_view session);
    MailboxWitness(const MailboxWitness&) = delete;
    MailboxWitness& operator=(const MailboxWitness&) = delete;
    virtual ~MailboxWitness() = default;

    // Somebody has named a mailbox, and perhaps himself besides, and has not been answered.
    // `mailbox` with its domain, if it has one.
    void login_began(std::string_view mailbox, std::string_view by,
                     std::string_view mechanism);
    void login_accepted();
    void login_failed(li::Cause cause);
    // Nobody waits for an answer any more: what takes time is done now.
    void catch_up() { agenda_.catch_up(); }
    // The session is over.
    void ended(std::string_view why);

protected:
    // The measures that cover this instant.  Empty in nearly every session.
    [[nodiscard]] std::span<const Target> targets(std::int64_t time = now());
    [[nodiscard]] li::Event event(li::What what, li::Status status,
                                  std::int64_t time = now()) const;
    // What passed, as far as somebody was of interest.
    struct Passed {
        Content content;
        std::int64_t began = 0; // microseconds
        bool header = false;    // it begins with that of a mail
        std::uint64_t size = 0; // of the text in it
    };
    void submit(li::Event event);
    // Whose measure began later than the content is told the event, and nothing of that.
    void submit(li::Event event, const Passed& passed);
    [[nodiscard]] static std::int64_t now();
    // The connection ended before all of it had passed.
    [[nodiscard]] static li::Cause cut_off();
    [[nodiscard]] std::shared_ptr<Gathered> new_content() const
    {
        return tap_.new_content();
    }
    // At catch_up(), or at the end of the session: all that takes time.
    template <class Act>
    void later(Act act)
    {
        agenda_.add(std::move(act));
    }
    // Now, unless something is to be done later: what the witness itself remembers.
    template <class Act>
    void in_order(Act act)
    {
        agenda_.do_in_order(std::move(act));
    }
    // What of the conversation has not been told yet.
    virtual void finish() {}

private:
    void submit_later(li::Event event);

    Tap& tap_;
    const MailboxScene& scene_;
    li::Protocol protocol_;
    bool asking_ = false;
    std::int64_t login_time_ = 0; // microseconds; 0: before the login
    std::string session_;
    std::string mailbox_;
    std::string by_;
    std::string mechanism_;
    Watch watch_;
    Agenda agenda_;
};

} // namespace tap
