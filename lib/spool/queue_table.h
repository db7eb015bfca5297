// SPDX-License-Identifier: Apache-2.0
// spool/queue_table.h - the unfinished messages in memory, and what a change does to them.
//
// No files, no clock: the same function applies a change when it happens and when its line
// is read again after a restart.  Entries live in chunks that never move; a snapshot copies
// one chunk at a time while the queue goes on.
#pragma once

#include "spool/envelope.h"
#include "spool/queue_change.h"
#include "spool/queue_entry.h"
#include "spool/queue_index.h"
#include "spool/queue_texts.h"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace spool {

// A new entry, from the log or from a snapshot.
struct EntryParts {
    struct One {
        RecipientState state = RecipientState::waiting;
        std::string_view reason;
        std::string_view domain;
    };
    MessageId id;
    Location where;
    std::uint64_t size = 0;
    std::int64_t arrival = 0;
    std::int64_t next_attempt = 0;
    std::uint32_t attempts = 0;
    Hold hold = Hold::none;
    bool delay_noticed = false;
    bool requeued = false;
    bool expire_requested = false;
    std::string_view reason;
    std::string_view destination;
    std::span<const One> recipients;
};

enum class Applied : std::uint8_t { unknown, changed, finished };

// Of one segment: what still needs it.
struct LiveRecords {
    std::uint32_t messages = 0;
    std::uint64_t bytes = 0;
};

class QueueTable {
public:
    static constexpr std::size_t chunk_size = 4096;

    QueueTable() = default;
    QueueTable(const QueueTable&) = delete;
    QueueTable& operator=(const QueueTable&) = delete;
    ~QueueTable();

    // The id must be new.
    const Entry& insert(const EntryParts& parts);
    // Finished messages are gone afterwards.
    Applied apply(const Change& change);

    [[nodiscard]] const Entry* find(MessageId id) const;
    [[nodiscard]] std::size_t size() const { return index_.size(); }
    void for_each(const std::function<void(const Entry&)>& visit) const;
    [[nodiscard]] std::size_t chunks() const { return chunks_.size(); }
    void for_each_in(std::size_t chunk,
                     const std::function<void(const Entry&)>& visit) const;

    [[nodiscard]] QueueTexts& texts() { return texts_; }
    [[nodiscard]] const QueueTexts& texts() const { return texts_; }
    // By segment; one without unfinished messages is missing.
    [[nodiscard]] const std::map<SegmentNumber, LiveRecords>& live() const { return live_; }
    // Memory for entries and index, without the texts.
    [[nodiscard]] std::size_t bytes() const;

private:
    [[nodiscard]] Entry& slot(std::uint32_t number);
    [[nodiscard]] const Entry& slot(std::uint32_t number) const;
    [[nodiscard]] std::uint32_t number_of(MessageId id) const;
    std::uint32_t free_slot();
    void fill_recipients(Entry& entry, std::span<const EntryParts::One> recipients);
    void change_entry(Entry& entry, const Change& change);
    void set_result(Entry& entry, const Change& change);
    void set_attempt(Entry& entry, const Change& change);
    void set_text(TextNumber& number, std::string_view text);
    void erase(std::uint32_t number);
    void add_live(const Entry& entry);
    void drop_live(const Entry& entry);

    std::vector<std::unique_ptr<Entry[]>> chunks_;
    std::vector<std::uint32_t> free_;
    std::uint32_t used_ = 0;     // slots ever given out
    std::size_t many_bytes_ = 0; // blocks of messages with several recipients
    QueueIndex index_;
    QueueTexts texts_;
    std::map<SegmentNumber, LiveRecords> live_;
};

} // namespace spool
