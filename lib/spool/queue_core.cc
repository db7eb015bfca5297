// SPDX-License-Identifier: Apache-2.0
#include "spool/queue_core.h"

#include <algorithm>

namespace spool {

std::string domain_of(std::string_view address)
{
    const std::size_t at = address.rfind('@');
    if (at == std::string_view::npos)
        return {};
    std::string domain = one_line(address.substr(at + 1));
    std::ranges::transform(domain, domain.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return domain;
}

namespace {

// Nobody had it, and nobody shall.
bool is_last_deleted(const Entry& entry, const Change& change)
{
    if (change.what != Change::What::result || change.state != RecipientState::deleted)
        return false;
    for (std::uint32_t i = 0; i < entry.recipients(); ++i)
        if (i != change.recipient && entry.state(i) != RecipientState::deleted)
            return false;
    return true;
}

} // namespace

Applied QueueCore::apply(const Change& change)
{
    const Entry* const entry = table.find(change.id);
    if (entry == nullptr) {
        // Finished while it was being carried: its copy must still not count as new.
        if (change.what == Change::What::moved && copies_.contains(change.id)) {
            moved(change);
            deleted_.push_back(change.where);
        }
        return Applied::unknown;
    }
    if (change.what == Change::What::carry)
        copies_.try_emplace(change.id);
    if (change.what == Change::What::moved)
        moved(change);
    if (change.what == Change::What::remove || is_last_deleted(*entry, change))
        note_deleted(*entry);
    return table.apply(change);
}

// Nobody waits for it any more: all of it goes, also from where it was carried away.
void QueueCore::note_deleted(const Entry& entry)
{
    deleted_.push_back(entry.where());
    if (entry.where() != entry.id().first_written())
        deleted_.push_back(entry.id().first_written());
}

// A power cut may have lost the line that said so, and kept the one that it is to be
// erased.
std::vector<Location> QueueCore::take_deleted()
{
    std::erase_if(deleted_, [this](Location where) {
        const Entry* const entry = table.find(MessageId(where));
        return entry != nullptr && entry->where() == where;
    });
    return std::exchange(deleted_, {});
}

Applied QueueCore::replay(const Change& change)
{
    const Applied applied = apply(change);
    if (applied == Applied::finished) {
        early_[change.id].finished = true;
    } else if (applied == Applied::unknown && !copies_.contains(change.id)) {
        Early& early = early_[change.id];
        if (!early.finished)
            append_line(early.lines, change);
    }
    return applied;
}

void QueueCore::replay_entry(const EntryParts& parts)
{
    const auto early = early_.find(parts.id);
    if (table.find(parts.id) != nullptr ||
        (early != early_.end() && early->second.finished))
        return;
    table.insert(parts);
    // The entry was written after these, so it already contains them.
    early_.erase(parts.id);
}

void QueueCore::replay_positions(std::uint64_t number,
                                 const std::vector<Follower::Position>& read)
{
    block = number;
    for (const Follower::Position& position : read)
        positions[position.segment] = position;
    early_.clear();
}

std::vector<Follower::Position> QueueCore::read_so_far() const
{
    std::vector<Follower::Position> all;
    all.reserve(positions.size());
    for (const auto& [segment, position] : positions)
        all.push_back(position);
    return all;
}

const Entry* QueueCore::found(const Found& record)
{
    const MessageId id = record.envelope.id;
    // Only a message that was in the queue is carried: not known now, it is finished.
    if (is_copy(record) || table.find(id) != nullptr || record.envelope.recipients.empty())
        return nullptr;
    const auto early = early_.find(id);
    if (early == early_.end())
        return &insert(record);
    if (early->second.finished)
        return nullptr;
    insert(record);
    return apply_early(id) ? table.find(id) : nullptr;
}

bool QueueCore::is_copy(const Found& record)
{
    const auto copy = copies_.find(record.envelope.id);
    if (copy == copies_.end())
        return false;
    // Reported once, it is not reported again: nothing more to remember.
    if (copy->second.expected == record.where)
        copies_.erase(copy);
    else
        copy->second.seen = record.where;
    return true;
}

const Entry& QueueCore::insert(const Found& record)
{
    std::vector<std::string> domains;
    std::vector<EntryParts::One> recipients;
    domains.reserve(record.envelope.recipients.size());
    for (const Recipient& recipient : record.envelope.recipients) {
        domains.push_back(domain_of(recipient.address));
        recipients.push_back({RecipientState::waiting, {}, domains.back()});
    }
    EntryParts parts;
    parts.id = record.envelope.id;
    parts.where = record.where;
    parts.size = record.size;
    parts.arrival = record.envelope.arrival / 1'000'000;
    parts.recipients = recipients;
    return table.insert(parts);
}

// False when the message is finished by what the results say of it.
bool QueueCore::apply_early(MessageId id)
{
    Early& early = early_[id];
    const std::string lines = std::move(early.lines);
    early.lines.clear();
    for (std::size_t begin = 0; begin < lines.size();) {
        const std::size_t end = lines.find('\n', begin);
        const auto change =
            parse_change(std::string_view(lines).substr(begin, end - begin));
        if (change && apply(*change) == Applied::finished) {
            early.finished = true; // stays: the record may be reported once more as a copy
            return false;
        }
        begin = end + 1;
    }
    early_.erase(id);
    return true;
}

void QueueCore::moved(const Change& change)
{
    Copy& copy = copies_[change.id];
    copy.expected = change.where;
    if (copy.seen == change.where)
        copies_.erase(change.id);
}

std::optional<SegmentNumber> QueueCore::segment_of_copy(MessageId id) const
{
    const auto copy = copies_.find(id);
    if (copy == copies_.end() || copy->second.seen.segment == 0)
        return std::nullopt;
    return copy->second.seen.segment;
}

void QueueCore::write_copies(BlockWriter& block_writer) const
{
    for (const auto& [id, copy] : copies_)
        block_writer.copy(id, copy.expected);
}

} // namespace spool
