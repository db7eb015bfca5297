// SPDX-License-Identifier: Apache-2.0
// tap/outbox.h - seals records and writes them, in the order they were submitted.
//
// Threads: one, that of the tap.
#pragma once

#include "li/event.h"
#include "seal/keys.h"
#include "tap/ratchet.h"
#include "tap/record.h"
#include "tap/record_file.h"
#include "tap/tap.h"

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace tap {

struct Submitted {
    li::Event event;
    Content content;       // null: none
    std::string recipient; // of the content, DER; empty: the interception user
    // What it leaves to others if we are killed; after the content, so that it goes first.
    Arena::Chain legacy;
    std::shared_ptr<Arena::File> left; // by somebody else: where it lies

    void forget_content()
    {
        legacy.forget_content();
        content = nullptr;
    }
};

// As it lies in the arena: first what is known last, time, number and queue id.
[[nodiscard]] std::string encode_late(const li::Event& event);
[[nodiscard]] std::string encode(const Submitted& record);
[[nodiscard]] std::optional<Submitted> decode(const Arena::Found& found);

class Outbox {
public:
    // Throws base::Failure(fix_config) when the directory is not there or not for us.  A
    // disk that is full or broken is tried again at each write().
    explicit Outbox(const Options& options);

    // Those that do not get to the disk stay here, without their content, and go with the
    // next batch.  `own`: the interception user's.
    void write(std::vector<Submitted> batch, const seal::Certificate& own);
    // Destroys content that nobody has taken in time.
    void expire(std::int64_t now);
    [[nodiscard]] bool waiting() const { return !waiting_.empty(); }
    // The files of others that what waits was found in stay for those who come after us.
    void leave();

private:
    struct Written { // content on the disk
        std::uint64_t offset;
        std::uint64_t size;
        std::int64_t deadline; // microseconds
        std::shared_ptr<RecordFile> file;
    };

    [[nodiscard]] bool put(Submitted& record);
    [[nodiscard]] std::string sealed_content(Submitted& record, ContentForm& form);
    [[nodiscard]] bool append(const Submitted& record, ContentForm form,
                              std::string_view content);
    [[nodiscard]] bool open_file(const seal::Certificate& own);
    void new_file();
    [[nodiscard]] bool sync();
    [[nodiscard]] bool room_for(std::uint64_t content) const;

    const Options& options_;
    std::shared_ptr<RecordFile> file_; // null: the disk has not given us one
    std::optional<Ratchet> keys_;      // of the file; nothing: its head is not written yet
    std::deque<Submitted> waiting_;
    std::vector<Submitted> unsynced_; // written; not yet synced
    std::deque<Written> written_;
    std::uint64_t forgotten_ = 0; // events, since the last that was written
    std::string text_;            // of the content in hand
};

} // namespace tap
