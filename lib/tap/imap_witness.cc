// SPDX-License-Identifier: Apache-2.0
#include "tap/imap_witness.h"

#include "text/lines.h"
#include "text/words.h"

#include <algorithm>
#include <utility>

namespace tap {

namespace {

using li::Status;
using li::What;

std::string item_text(const imap::Fetch& what)
{
    std::string text(what.item);
    if (!what.item.starts_with("RFC822")) // these have no section
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

// Whether the text can be asked for sender and recipients.
bool begins_with_header(const imap::Fetch& what)
{
    return (what.origin.value_or(0) == 0 && what.section.empty() &&
            what.item != "RFC822.TEXT") ||
           what.section.starts_with("HEADER");
}

// RFC 4315: the UIDs of so many messages, in their order, from "7:9,12".
std::vector<std::string> uids_of(const imap::Response& answer, std::size_t count)
{
    std::vector<std::string> uids;
    std::string_view set = answer.code_text;
    (void)text::take_word(set); // UIDVALIDITY
    while (answer.has_code("APPENDUID") && !set.empty() && uids.size() < count) {
        const std::string_view range = set.substr(0, set.find(','));
        set.remove_prefix(std::min(set.size(), range.size() + 1));
        const std::size_t colon = range.find(':');
        const auto first = text::number_in<std::uint32_t>(range.substr(0, colon));
        const auto last = colon == std::string_view::npos
                              ? first
                              : text::number_in<std::uint32_t>(range.substr(colon + 1));
        for (std::uint64_t uid = first.value_or(1);
             uid <= last.value_or(0) && uids.size() < count; ++uid)
            uids.push_back(std::to_string(uid));
    }
    return uids;
}

} // namespace

li::Event ImapWitness::event_here(What what, Status status, std::int64_t time) const
{
    li::Event event = this->event(what, status, time);
    event.features.emplace_back("folder", place_.mailbox);
    if (place_.uid_validity != 0)
        event.features.emplace_back("uidvalidity", std::to_string(place_.uid_validity));
    return event;
}

MailboxWitness::Passed ImapWitness::passed(const Piece& piece)
{
    return {.content = piece.content,
            .began = piece.began,
            .header = piece.header,
            .size = piece.content ? piece.content->size() : 0};
}

ImapWitness::Piece ImapWitness::new_piece()
{
    Piece piece;
    piece.began = now();
    if (!targets().empty())
        piece.content = new_content();
    return piece;
}

void ImapWitness::fetch_began(const imap::Fetch& what)
{
    Piece piece = new_piece();
    fetch_wanted_ = piece.content != nullptr;
    fetch_kept_ = fetch_wanted_ || fetched_.size() < unheard_limit;
    if (!fetch_kept_)
        return;
    fetch_to_report_ = true;
    piece.sequence = what.sequence;
    piece.item = item_text(what);
    piece.partial = !what.whole();
    piece.header = begins_with_header(what);
    in_order([this, piece = std::move(piece)]() mutable {
        fetched_.push_back(std::move(piece));
    });
}

void ImapWitness::fetched(std::string_view octets)
{
    if (fetch_wanted_)
        later([this, octets] { fetched_.back().content->append(octets); });
}

void ImapWitness::fetch_ended(bool whole)
{
    if (std::exchange(fetch_kept_, false))
        in_order([this, whole] { fetched_.back().whole = whole; });
}

void ImapWitness::fetch_done(std::uint32_t /*sequence*/, std::uint32_t uid,
                             std::uint64_t size)
{
    if (!std::exchange(fetch_to_report_, false))
        return;
    later([this, uid, size, time = now()] {
        if (targets(time).empty())
            fetched_.clear();
        for (const Piece& piece : std::exchange(fetched_, {}))
            report_fetch(piece, uid, size, time);
    });
}

void ImapWitness::report_fetch(const Piece& piece, std::uint32_t uid, std::uint64_t size,
                               std::int64_t time)
{
    li::Event event = event_here(piece.partial ? What::partially_fetched : What::fetched,
                                 piece.whole ? Status::succeeded : Status::failed, time);
    event.size = size;
    event.features.emplace_back("sequence", std::to_string(piece.sequence));
    if (uid != 0)
        event.features.emplace_back("uid", std::to_string(uid));
    event.features.emplace_back("item", piece.item);
    if (!piece.whole)
        event.cause = cut_off();
    event.direction = li::Direction::to_target;
    submit(std::move(event), passed(piece));
}

void ImapWitness::fetch_refused(const imap::Response& why)
{
    later([this, cause = cause_of(why), time = now()] {
        if (targets(time).empty())
            return;
        li::Event event = event_here(What::fetched, Status::failed, time);
        event.cause = cause;
        submit(std::move(event));
    });
}

void ImapWitness::upload_began(std::string_view mailbox, std::uint64_t /*size*/)
{
    Piece piece = new_piece();
    upload_wanted_ = piece.content != nullptr;
    piece.flags = std::exchange(flags_, {});
    if (!upload_wanted_ && uploaded_.size() >= unheard_limit)
        return;
    piece.mailbox = mailbox;
    piece.header = true;
    in_order([this, piece = std::move(piece)]() mutable {
        uploaded_.push_back(std::move(piece));
    });
}

void ImapWitness::uploaded(std::string_view octets)
{
    if (upload_wanted_)
        later([this, octets] { uploaded_.back().content->append(octets); });
}

void ImapWitness::upload_refused(std::string_view mailbox, std::uint64_t size,
                                 const imap::Response& why)
{
    later([this, folder = std::string(mailbox), size, cause = cause_of(why), time = now()] {
        if (targets(time).empty())
            return;
        li::Event event = this->event(What::stored, Status::failed, time);
        event.size = size;
        event.features.emplace_back("folder", folder);
        event.cause = cause;
        submit(std::move(event));
    });
}

void ImapWitness::upload_answered(const imap::Response& answer, std::uint32_t messages)
{
    const bool taken = answer.condition == imap::Condition::ok;
    later([this, messages, uids = uids_of(answer, messages),
           status = taken ? Status::succeeded : Status::failed,
           cause = taken ? li::Cause() : cause_of(answer),
           time = now()] { report_uploads(uids, messages, status, cause, time); });
}

void ImapWitness::report_uploads(std::span<const std::string> uids, std::uint32_t messages,
                                 Status status, const li::Cause& cause, std::int64_t time)
{
    const std::vector<Piece> pieces = std::exchange(uploaded_, {});
    if (targets(time).empty())
        return;
    for (std::size_t i = 0; i < pieces.size(); ++i) {
        const std::size_t n = messages == 1 ? 0 : i; // texts of one message
        report_upload(pieces[i], n < uids.size() ? uids[n] : std::string(), status, cause,
                      time);
    }
}

void ImapWitness::report_upload(const Piece& piece, std::string_view uid, Status status,
                                const li::Cause& cause, std::int64_t time)
{
    li::Event event = this->event(What::stored, status, time);
    event.features.emplace_back("folder", piece.mailbox);
    if (!uid.empty())
        event.features.emplace_back("uid", uid);
    if (!piece.flags.empty())
        event.features.emplace_back("flags", piece.flags);
    event.cause = cause;
    event.direction = li::Direction::from_target;
    submit(std::move(event), passed(piece));
}

// The connection ended before the answers did.
void ImapWitness::finish()
{
    const std::int64_t time = now();
    for (const Piece& piece : std::exchange(fetched_, {}))
        report_fetch(piece, 0, 0, time);
    for (const Piece& piece : std::exchange(uploaded_, {}))
        report_upload(piece, {}, Status::failed, cut_off(), time);
}

} // namespace tap
