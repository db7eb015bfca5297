// SPDX-License-Identifier: Apache-2.0
// tap/pop3_witness.h - the messages of a POP3 session (P4 to P6 of tkuev-events(7)).
#pragma once

#include "pop3/observer.h"
#include "tap/mailbox_witness.h"

#include <map>
#include <memory>
#include <string>

namespace tap {

class Pop3Witness : public MailboxWitness, public pop3::Observer {
public:
    // Unique ids that are remembered for the events of their messages.
    static constexpr std::size_t unique_ids_limit = 10'000;

    Pop3Witness(Tap& tap, const MailboxScene& scene, std::string_view session)
        : MailboxWitness(tap, scene, li::Protocol::pop3, session)
    {
    }

    void fetch_began(const pop3::Fetch& what) override;
    void fetched(std::string_view bytes) override;
    void fetch_ended(bool whole) override;
    void fetch_refused(const pop3::Fetch& what, const pop3::Reply& why) override;
    void passed() override { catch_up(); }
    void identified(std::uint32_t message, std::string_view unique_id) override;

private:
    void report(bool whole, std::int64_t time);
    [[nodiscard]] li::Event fetch_event(const pop3::Fetch& what, li::Status status,
                                        std::int64_t time) const;

    bool wanted_ = false;               // what is being fetched
    pop3::Fetch fetch_;                 // as far as we have caught up
    std::int64_t began_ = 0;            // microseconds
    std::shared_ptr<Gathered> content_; // null: nobody wants it
    std::map<std::uint32_t, std::string> unique_ids_;
};

} // namespace tap
