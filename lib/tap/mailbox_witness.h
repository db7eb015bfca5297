// SPDX-License-Identifier: Apache-2.0
// tap/mailbox_witness.h - what happens in a POP3 or IMAP session to mailboxes under a
// measure: what the two protocols have in common (P1 to P3, P10, I1 to I3, I15, I16 of
// tkuev-events(7)).
//
// A session is of interest from the moment its mailbox, or who reads it, comes under a
// measure, and until that ends, in the middle of the session as well.  Nothing waits,
// nothing throws.
#pragma once

#include "li/event.h"
#include "tap/party.h"
#include "tap/tap.h"

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

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
    // The session is over.
    void ended(std::string_view why);

protected:
    // The measures that cover this instant.  Empty in nearly every session.
    [[nodiscard]] std::span<const Target> targets();
    [[nodiscard]] li::Event event(li::What what, li::Status status) const;
    void submit(li::Event event, const Content& content = nullptr);
    // What of the conversation has not been told yet.
    virtual void finish() {}

private:
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
};

// Room for content that is on its way, so that it is not copied while it grows.
[[nodiscard]] std::shared_ptr<std::string> new_content(std::uint64_t expected);

// What a mail that passes says of itself, as far as the octets go.
void describe_mail(li::Event& event, std::string_view mail);

} // namespace tap
