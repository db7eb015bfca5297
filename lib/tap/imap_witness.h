// SPDX-License-Identifier: Apache-2.0
// tap/imap_witness.h - the messages of an IMAP session (I4 to I9 of tkuev-events(7)).
//
// Each item of a FETCH that holds text of a message is an event: whole messages and parts
// are told apart.  Each message of an APPEND is one, each text of CATENATE too.
#pragma once

#include "imap/observer.h"
#include "tap/mailbox_witness.h"

#include <memory>
#include <span>
#include <string>
#include <vector>

namespace tap {

class ImapWitness : public MailboxWitness, public imap::Observer {
public:
    ImapWitness(Tap& tap, const MailboxScene& scene, std::string_view session)
        : MailboxWitness(tap, scene, li::Protocol::imap, session)
    {
    }

    // Of messages that began to pass before anybody was interested, so many are remembered
    // at once.
    static constexpr std::size_t unheard_limit = 64;

    void entered(const imap::Place& where) override
    {
        in_order([this, where] { place_ = where; });
    }
    void fetch_began(const imap::Fetch& what) override;
    void fetched(std::string_view octets) override;
    void fetch_ended(bool whole) override;
    void fetch_done(std::uint32_t sequence, std::uint32_t uid, std::uint64_t size) override;
    void fetch_refused(const imap::Response& why) override;
    void upload_flags(std::string_view flags) override { flags_ = flags; }
    void upload_began(std::string_view mailbox, std::uint64_t size) override;
    void uploaded(std::string_view octets) override;
    void upload_refused(std::string_view mailbox, std::uint64_t size,
                        const imap::Response& why) override;
    void upload_answered(const imap::Response& answer, std::uint32_t messages) override;
    void passed() override { catch_up(); }

private:
    // Text of a message on its way, or that waits for the end of its answer.
    struct Piece {
        std::uint32_t sequence = 0;
        std::string item; // "BODY[1.2]<0>"; of an upload empty
        std::string mailbox;
        std::string flags;
        bool partial = false;
        bool header = false;               // it begins with the header of the message
        bool whole = false;                // nothing of what was fetched is missing
        std::int64_t began = 0;            // microseconds
        std::shared_ptr<Gathered> content; // null: nobody was interested
    };

    void finish() override;
    void report_fetch(const Piece& piece, std::uint32_t uid, std::uint64_t size,
                      std::int64_t time);
    void report_upload(const Piece& piece, std::string_view uid, li::Status status,
                       const li::Cause& cause, std::int64_t time);
    [[nodiscard]] li::Event event_here(li::What what, li::Status status,
                                       std::int64_t time) const;
    [[nodiscard]] static Passed passed(const Piece& piece);
    [[nodiscard]] Piece new_piece();
    void report_uploads(std::span<const std::string> uids, std::uint32_t messages,
                        li::Status status, const li::Cause& cause, std::int64_t time);

    bool fetch_to_report_ = false; // in the answer on its way
    // Of the piece on its way: whether it is remembered, and whether its octets are.
    bool fetch_kept_ = false;
    bool fetch_wanted_ = false;
    bool upload_wanted_ = false;
    std::string flags_; // of the upload that begins next
    // As far as we have caught up.
    imap::Place place_;
    std::vector<Piece> fetched_;
    std::vector<Piece> uploaded_;
};

} // namespace tap
