// SPDX-License-Identifier: Apache-2.0
#include "tap/outbox.h"

#include "base/clock.h"
#include "seal/digest.h"
#include "seal/envelope.h"
#include "tap/layout.h"
#include "tap/record.h"

#include <algorithm>

namespace tap {

namespace {

constexpr std::int64_t microseconds_per_second = 1'000'000;

std::string seal_content(const Submitted& record, const seal::Certificate& own)
{
    if (record.recipient.empty())
        return seal::envelop(*record.content, std::span(&own, 1));
    const auto theirs = seal::Certificate::parse(record.recipient, "match list");
    return seal::envelop(*record.content, std::span(&theirs, 1));
}

} // namespace

Outbox::Outbox(const Options& options)
    : options_(options),
      file_(std::make_shared<RecordFile>(incoming_directory(options.spool)))
{
}

bool Outbox::room_for(std::uint64_t content) const
{
    return file_->occupied() + content <= options_.content_bytes;
}

bool Outbox::append(Submitted& record, std::string_view content,
                    const seal::Certificate& own)
{
    const std::string event = seal::envelop(li::encode(record.event), std::span(&own, 1));
    const std::uint64_t at = file_->size() + record_head_size + event.size();
    if (!file_->append(encode_record(event, content)))
        return false;
    if (!content.empty())
        written_.push_back(
            {at, content.size(),
             base::wall_microseconds() + options_.content_seconds * microseconds_per_second,
             file_});
    return true;
}

// The event says what became of its content, so the content comes first.
bool Outbox::put(Submitted& record, const seal::Certificate& own)
{
    std::string content;
    if (record.content)
        record.event.content_digest = seal::sha256(*record.content);
    if (record.content && room_for(record.content->size()))
        content = seal_content(record, own);
    else if (record.content)
        record.event.content_lost = "full";
    record.content = nullptr;
    if (append(record, content, own))
        return true;
    if (content.empty())
        return false;
    record.event.content_lost = "disk";
    return append(record, {}, own);
}

// A disk that could not sync may have lost everything since the last time: it is written
// once more, to another file.
bool Outbox::sync()
{
    const bool synced = file_->sync();
    if (!synced) {
        waiting_.insert(waiting_.begin(), std::make_move_iterator(unsynced_.begin()),
                        std::make_move_iterator(unsynced_.end()));
        file_ = std::make_shared<RecordFile>(incoming_directory(options_.spool));
    }
    unsynced_.clear();
    return synced;
}

bool Outbox::write(std::vector<Submitted> batch, const seal::Certificate& own)
{
    std::ranges::move(batch, std::back_inserter(waiting_));
    while (!waiting_.empty()) {
        Submitted& next = waiting_.front();
        next.event.events_lost = forgotten_;
        if (!put(next, own))
            break;
        forgotten_ = 0;
        unsynced_.push_back(std::move(next));
        waiting_.pop_front();
    }
    if (!unsynced_.empty() && sync() && file_->full())
        file_ = std::make_shared<RecordFile>(incoming_directory(options_.spool));
    for (; waiting_.size() > Tap::events_limit; ++forgotten_)
        waiting_.pop_front();
    return waiting_.empty();
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
