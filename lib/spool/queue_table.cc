// SPDX-License-Identifier: Apache-2.0
#include "spool/queue_table.h"

#include <algorithm>
#include <cassert>
#include <limits>

namespace spool {

namespace {

std::uint64_t hash(MessageId id)
{
    const std::uint64_t mixed = id.value() * 0x9e3779b97f4a7c15ull;
    return mixed ^ (mixed >> 32);
}

std::uint64_t pack(Location where)
{
    return MessageId(where).value();
}

std::uint32_t clamp_time(std::int64_t when)
{
    return static_cast<std::uint32_t>(
        std::clamp<std::int64_t>(when, 0, std::numeric_limits<std::uint32_t>::max()));
}

std::uint16_t clamp_attempts(std::uint32_t attempts)
{
    return static_cast<std::uint16_t>(std::min<std::uint32_t>(attempts, 0xffff));
}

bool may_finish(const Change& change)
{
    return change.what == Change::What::remove ||
           (change.what == Change::What::result && change.state != RecipientState::waiting);
}

} // namespace

QueueTable::~QueueTable()
{
    for_each([](const Entry& entry) {
        if (entry.recipients_ != 1)
            delete[] entry.many_;
    });
}

const Entry& QueueTable::insert(const EntryParts& parts)
{
    assert(number_of(parts.id) == 0);
    const std::uint32_t number = free_slot();
    Entry& entry = slot(number);
    entry = Entry();
    entry.id_ = parts.id;
    entry.where_ = pack(parts.where);
    entry.size_ = parts.size;
    entry.arrival_ = clamp_time(parts.arrival);
    entry.next_attempt_ = clamp_time(parts.next_attempt);
    entry.attempts_ = clamp_attempts(parts.attempts);
    entry.hold_ = parts.hold;
    entry.flags_ =
        static_cast<std::uint8_t>((parts.delay_noticed ? Entry::flag_delay_noticed : 0) |
                                  (parts.requeued ? Entry::flag_requeued : 0) |
                                  (parts.expire_requested ? Entry::flag_expire : 0));
    entry.reason_ = texts_.intern(parts.reason);
    entry.destination_ = texts_.intern(parts.destination);
    fill_recipients(entry, parts.recipients);
    index_.insert(hash(parts.id), number,
                  [this](std::uint32_t n) { return hash(slot(n).id_); });
    add_live(entry);
    return entry;
}

void QueueTable::fill_recipients(Entry& entry, std::span<const EntryParts::One> recipients)
{
    entry.recipients_ = static_cast<std::uint32_t>(recipients.size());
    if (entry.recipients_ != 1) {
        entry.many_ = new Entry::PerRecipient[recipients.size()];
        many_bytes_ += recipients.size() * sizeof(Entry::PerRecipient);
    }
    for (std::uint32_t i = 0; i < entry.recipients_; ++i)
        entry.at(i) = {texts_.intern(recipients[i].reason),
                       texts_.intern(recipients[i].domain), recipients[i].state};
}

Applied QueueTable::apply(const Change& change)
{
    const std::uint32_t number = number_of(change.id);
    if (number == 0)
        return Applied::unknown;
    Entry& entry = slot(number);
    change_entry(entry, change);
    if (!may_finish(change))
        return Applied::changed;
    for (std::uint32_t i = 0; i < entry.recipients_; ++i)
        if (entry.waits(i))
            return Applied::changed;
    erase(number);
    return Applied::finished;
}

void QueueTable::change_entry(Entry& entry, const Change& change)
{
    using enum Change::What;
    switch (change.what) {
    case result:
        set_result(entry, change);
        return;
    case attempt:
        set_attempt(entry, change);
        return;
    case delay_notice:
        entry.flags_ |= Entry::flag_delay_noticed;
        return;
    case hold:
        entry.hold_ = change.hold;
        set_text(entry.reason_, change.text);
        return;
    case expire:
        entry.flags_ |= Entry::flag_expire;
        break;
    case requeue:
        entry.flags_ |= Entry::flag_requeued;
        entry.attempts_ = 0;
        set_text(entry.destination_, {});
        break;
    case release:
        break;
    case retry:
        entry.next_attempt_ = clamp_time(change.when);
        return;
    case remove:
        for (std::uint32_t i = 0; i < entry.recipients_; ++i)
            if (entry.waits(i))
                entry.at(i).state = RecipientState::deleted;
        return;
    case moved:
        drop_live(entry);
        entry.where_ = pack(change.where);
        add_live(entry);
        return;
    case carry:
        return;
    }
    entry.hold_ = Hold::none;
    entry.next_attempt_ = clamp_time(change.when);
}

void QueueTable::set_result(Entry& entry, const Change& change)
{
    if (change.recipient >= entry.recipients_)
        return;
    Entry::PerRecipient& one = entry.at(change.recipient);
    one.state = change.state;
    set_text(one.reason, change.text);
    if (change.state == RecipientState::waiting)
        set_text(entry.reason_, change.text);
}

void QueueTable::set_attempt(Entry& entry, const Change& change)
{
    entry.attempts_ = clamp_attempts(change.attempts);
    entry.next_attempt_ = clamp_time(change.when);
    entry.flags_ &= static_cast<std::uint8_t>(~Entry::flag_requeued);
    set_text(entry.destination_, change.text);
}

void QueueTable::set_text(TextNumber& number, std::string_view text)
{
    const TextNumber old = number;
    number = texts_.intern(text);
    texts_.drop(old);
}

const Entry* QueueTable::find(MessageId id) const
{
    const std::uint32_t number = number_of(id);
    return number == 0 ? nullptr : &slot(number);
}

void QueueTable::for_each(const std::function<void(const Entry&)>& visit) const
{
    for (std::size_t chunk = 0; chunk < chunks_.size(); ++chunk)
        for_each_in(chunk, visit);
}

void QueueTable::for_each_in(std::size_t chunk,
                             const std::function<void(const Entry&)>& visit) const
{
    for (std::size_t i = 0; i < chunk_size; ++i)
        if (chunks_[chunk][i].id_ != MessageId())
            visit(chunks_[chunk][i]);
}

std::size_t QueueTable::bytes() const
{
    return chunks_.size() * chunk_size * sizeof(Entry) +
           free_.capacity() * sizeof(free_[0]) + index_.bytes() + many_bytes_;
}

// Slot numbers begin with 1: 0 is "none" in the index.
Entry& QueueTable::slot(std::uint32_t number)
{
    return chunks_[(number - 1) / chunk_size][(number - 1) % chunk_size];
}

const Entry& QueueTable::slot(std::uint32_t number) const
{
    return chunks_[(number - 1) / chunk_size][(number - 1) % chunk_size];
}

std::uint32_t QueueTable::number_of(MessageId id) const
{
    return index_.find(hash(id), [&](std::uint32_t n) { return slot(n).id_ == id; });
}

std::uint32_t QueueTable::free_slot()
{
    if (!free_.empty()) {
        const std::uint32_t number = free_.back();
        free_.pop_back();
        return number;
    }
    if (used_ == chunks_.size() * chunk_size)
        chunks_.push_back(std::make_unique<Entry[]>(chunk_size));
    return ++used_;
}

void QueueTable::erase(std::uint32_t number)
{
    Entry& entry = slot(number);
    drop_live(entry);
    index_.erase(hash(entry.id_), number,
                 [this](std::uint32_t n) { return hash(slot(n).id_); });
    for (std::uint32_t i = 0; i < entry.recipients_; ++i) {
        texts_.drop(entry.at(i).reason);
        texts_.drop(entry.at(i).domain);
    }
    if (entry.recipients_ != 1) {
        delete[] entry.many_;
        many_bytes_ -= entry.recipients_ * sizeof(Entry::PerRecipient);
    }
    texts_.drop(entry.reason_);
    texts_.drop(entry.destination_);
    entry = Entry();
    free_.push_back(number);
}

void QueueTable::add_live(const Entry& entry)
{
    LiveRecords& live = live_[entry.where().segment];
    ++live.messages;
    live.bytes += entry.size_;
}

void QueueTable::drop_live(const Entry& entry)
{
    const auto live = live_.find(entry.where().segment);
    live->second.bytes -= entry.size_;
    if (--live->second.messages == 0)
        live_.erase(live);
}

} // namespace spool
