// SPDX-License-Identifier: Apache-2.0
#include "tap/imap_witness.h"

#include <utility>

namespace tap {

namespace {

using li::Status;
using li::What;

std::string item_text(const imap::Fetch& what)
{
    std::string text(what.item);
    if (!what.item.contains('.')) // RFC822.HEADER has no section
        text += '[' + std::string(what.section) + ']';
    if (what.origin)
        text += '<' + std::to_string(*what.origin) + '>';
    return text;
}

li::Cause cause_of(const imap::Response& why)
{
    return {.layer = "protocol",
            .code = why.condition == imap::Condition::bad ? "BAD" : "NO",
            .enhanced = std::string(why.code),
            .text = std::string(why.text)};
}

} // namespace

void ImapWitness::fetch_began(const imap::Fetch& what)
{
    fetching_ = !targets().empty();
    if (!fetching_)
        return;
    Piece& piece = fetched_.emplace_back();
    piece.sequence = what.sequence;
    piece.item = item_text(what);
    piece.partial = !what.whole();
    piece.content = new_content(what.size.value_or(0));
}

void ImapWitness::fetched(std::string_view octets)
{
    if (fetching_)
        fetched_.back().content->append(octets);
}

void ImapWitness::fetch_ended(bool whole)
{
    if (std::exchange(fetching_, false))
        fetched_.back().whole = whole;
}

void ImapWitness::fetch_done(std::uint32_t /*sequence*/, std::uint32_t uid,
                             std::uint64_t size)
{
    for (const Piece& piece : std::exchange(fetched_, {}))
        report_fetch(piece, uid, size);
}

void ImapWitness::report_fetch(const Piece& piece, std::uint32_t uid, std::uint64_t size)
{
    li::Event event = this->event(piece.partial ? What::partially_fetched : What::fetched,
                                  piece.whole ? Status::succeeded : Status::failed);
    describe_mail(event, *piece.content);
    event.size = size != 0 ? size : piece.content->size();
    event.features.emplace_back("folder", folder_);
    event.features.emplace_back("sequence", std::to_string(piece.sequence));
    if (uid != 0)
        event.features.emplace_back("uid", std::to_string(uid));
    event.features.emplace_back("item", piece.item);
    if (!piece.whole)
        event.cause = {.layer = "connection", .code = "cut", .enhanced = {}, .text = {}};
    event.direction = li::Direction::to_target;
    submit(std::move(event), piece.content);
}

void ImapWitness::fetch_refused(const imap::Response& why)
{
    if (targets().empty())
        return;
    li::Event event = this->event(What::fetched, Status::failed);
    event.features.emplace_back("folder", folder_);
    event.cause = cause_of(why);
    submit(std::move(event));
}

void ImapWitness::upload_began(std::string_view mailbox, std::uint64_t size)
{
    uploading_ = !targets().empty();
    if (!uploading_)
        return;
    Piece& piece = uploaded_.emplace_back();
    piece.mailbox = mailbox;
    piece.content = new_content(size);
}

void ImapWitness::uploaded(std::string_view octets)
{
    if (uploading_)
        uploaded_.back().content->append(octets);
}

void ImapWitness::upload_ended(bool whole)
{
    if (std::exchange(uploading_, false))
        uploaded_.back().whole = whole;
}

void ImapWitness::upload_answered(const imap::Response& answer, std::uint32_t /*messages*/)
{
    const bool taken = answer.condition == imap::Condition::ok;
    for (const Piece& piece : std::exchange(uploaded_, {}))
        report_upload(piece, taken ? Status::succeeded : Status::failed,
                      taken ? li::Cause() : cause_of(answer));
}

void ImapWitness::report_upload(const Piece& piece, Status status, const li::Cause& cause)
{
    li::Event event = this->event(What::stored, status);
    describe_mail(event, *piece.content);
    event.size = piece.content->size();
    event.features.emplace_back("folder", piece.mailbox);
    event.cause = cause;
    event.direction = li::Direction::from_target;
    submit(std::move(event), piece.content);
}

// The connection ended before the answers did.
void ImapWitness::finish()
{
    for (const Piece& piece : std::exchange(fetched_, {}))
        report_fetch(piece, 0, 0);
    for (const Piece& piece : std::exchange(uploaded_, {}))
        report_upload(piece, Status::failed,
                      {.layer = "connection", .code = "cut", .enhanced = {}, .text = {}});
}

} // namespace tap
