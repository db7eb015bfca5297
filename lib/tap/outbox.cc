// SPDX-License-Identifier: Apache-2.0
#include "tap/outbox.h"

#include "base/clock.h"
#include "base/failure.h"
#include "base/random.h"
#include "seal/digest.h"
#include "seal/envelope.h"
#include "tap/layout.h"
#include "tap/record.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <iterator>
#include <utility>

namespace tap {

namespace {

constexpr std::int64_t microseconds_per_second = 1'000'000;
constexpr std::size_t buffer_limit = 1u << 20; // a larger one is not kept

} // namespace

Outbox::Outbox(const Options& options) : options_(options)
{
    try {
        new_file();
    } catch (const base::Failure& failure) {
        const int error = failure.error();
        if (error == ENOENT || error == ENOTDIR || error == EACCES || error == EPERM)
            throw;
    }
}

void Outbox::new_file()
{
    file_.reset();
    keys_.reset();
    file_ = std::make_shared<RecordFile>(incoming_directory(options_.spool));
}

bool Outbox::room_for(std::uint64_t content) const
{
    return file_->occupied() + content <= options_.content_bytes;
}

// The head of a file is written as soon as there is a list, whether or not there is
// anything to put behind it.
bool Outbox::open_file(const seal::Certificate& own)
{
    if (file_ && file_->full() && !sync())
        return false;
    try {
        if (!file_ || file_->full())
            new_file();
    } catch (const base::Failure&) {
        return false; // of the disk: once more at the next write
    }
    if (keys_)
        return true;
    seal::Key first{};
    base::fill_random(first);
    const std::string_view text(reinterpret_cast<const char*>(first.data()), first.size());
    if (!file_->append(encode_file_head(seal::envelop(text, std::span(&own, 1))), {}))
        return false;
    keys_.emplace(first);
    ::explicit_bzero(first.data(), first.size());
    return true;
}

bool Outbox::append(const Submitted& record, ContentForm form, std::string_view content)
{
    std::string event;
    seal::encrypt_to(event, li::encode(record.event), keys_->event_key());
    const std::string text = encode_record(keys_->number(), event, form, content.size());
    keys_->advance(); // written or not: a key is used once
    const auto at = file_->append(text, content);
    if (!at)
        return false;
    if (!content.empty())
        written_.push_back(
            {*at, content.size(),
             base::wall_microseconds() + options_.content_seconds * microseconds_per_second,
             file_});
    return true;
}

// Empty if there is none; then the event says why.
std::string Outbox::sealed_content(Submitted& record, ContentForm& form)
{
    form = ContentForm::none;
    if (!record.content)
        return {};
    text_.clear();
    record.content->copy_to(text_);
    record.event.content_digest = seal::sha256(text_);
    if (!room_for(text_.size())) {
        record.event.content_lost = "full";
        return {};
    }
    if (record.recipient.empty()) {
        form = ContentForm::ours;
        std::string content;
        seal::encrypt_to(content, text_, keys_->content_key());
        return content;
    }
    try {
        const auto theirs = seal::Certificate::parse(record.recipient, "match list");
        form = ContentForm::authority;
        return with_sum(seal::envelop(text_, std::span(&theirs, 1)));
    } catch (const base::Failure&) {
        form = ContentForm::none;
        record.event.content_lost = "certificate";
        return {};
    }
}

// The event says what became of its content, so the content comes first.  It stays in
// memory until it is in the file: what a kill leaves to others is whole.
bool Outbox::put(Submitted& record)
{
    ContentForm form = ContentForm::none;
    const std::string content = sealed_content(record, form);
    if (text_.capacity() > buffer_limit)
        text_ = std::string();
    if (append(record, form, content))
        return true;
    if (content.empty())
        return false;
    record.forget_content();
    record.event.content_lost = "disk";
    return append(record, ContentForm::none, {});
}

// A disk that could not sync may have lost everything since the last time: it is written
// once more, to another file.
bool Outbox::sync()
{
    const bool synced = file_->sync();
    if (!synced) {
        for (const Submitted& record : unsynced_)
            forgotten_ += record.event.events_lost; // is to be said again
        waiting_.insert(waiting_.begin(), std::make_move_iterator(unsynced_.begin()),
                        std::make_move_iterator(unsynced_.end()));
        file_.reset(); // and what it held goes to another
    }
    unsynced_.clear();
    return synced;
}

void Outbox::write(std::vector<Submitted> batch, const seal::Certificate& own)
{
    std::ranges::move(batch, std::back_inserter(waiting_));
    while (open_file(own) && !waiting_.empty()) {
        Submitted& next = waiting_.front();
        next.event.events_lost = forgotten_;
        if (!put(next))
            break;
        forgotten_ = 0;
        unsynced_.push_back(std::move(next));
        waiting_.pop_front();
    }
    if (!unsynced_.empty())
        (void)sync();
    for (Submitted& late : waiting_) { // events wait for the disk, content does not
        if (!late.content)
            continue;
        late.forget_content();
        late.event.content_lost = "disk";
    }
    for (; waiting_.size() > Tap::events_limit; ++forgotten_)
        waiting_.pop_front();
}

void Outbox::leave()
{
    for (const Submitted& record : waiting_)
        if (record.left)
            record.left->leave();
}

void Outbox::expire(std::int64_t now)
{
    while (!written_.empty() && written_.front().deadline <= now) {
        const Written& old = written_.front();
        old.file->empty(old.offset, old.size);
        written_.pop_front();
    }
}

} // namespace tap
