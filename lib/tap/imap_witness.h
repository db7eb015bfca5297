// SPDX-License-Identifier: Apache-2.0
// tap/imap_witness.h - the messages of an IMAP session (I4 to I9 of tkuev-events(7)).
//
// Each item of a FETCH that holds text of a message is an event: whole messages and parts
// are told apart.  Each message of an APPEND is one, each text of CATENATE too.
#pragma once

#include "imap/observer.h"
#include "tap/mailbox_witness.h"

#include <memory>
#include <string>
#include <vector>

namespace tap {

class ImapWitness : public MailboxWitness, public imap::Observer {
public:
    ImapWitness(Tap& tap, const MailboxScene& scene, std::string_view session)
        : MailboxWitness(tap, scene, li::Protocol::imap, session)
    {
    }

    void entered(const imap::Place& where) override { folder_ = where.mailbox; }
    void fetch_began(const imap::Fetch& what) override;
    void fetched(std::string_view octets) override;
    void fetch_ended(bool whole) override;
    void fetch_done(std::uint32_t sequence, std::uint32_t uid, std::uint64_t size) override;
    void fetch_refused(const imap::Response& why) override;
    void upload_began(std::string_view mailbox, std::uint64_t size) override;
    void uploaded(std::string_view octets) override;
    void upload_ended(bool whole) override;
    void upload_answered(const imap::Response& answer, std::uint32_t messages) override;

private:
    // Text of a message on its way, or that waits for the end of its answer.
    struct Piece {
        std::uint32_t sequence = 0;
        std::string item; // "BODY[1.2]<0>"; of an upload empty
        std::string mailbox;
        bool partial = false;
        bool whole = false; // nothing of it is missing
        std::shared_ptr<std::string> content;
    };

    void finish() override;
    void report_fetch(const Piece& piece, std::uint32_t uid, std::uint64_t size);
    void report_upload(const Piece& piece, li::Status status, const li::Cause& cause);

    std::string folder_;
    bool fetching_ = false;  // the last piece of fetched_ is on its way
    bool uploading_ = false; // the same of uploaded_
    std::vector<Piece> fetched_;
    std::vector<Piece> uploaded_;
};

} // namespace tap
