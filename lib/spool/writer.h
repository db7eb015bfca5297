// SPDX-License-Identifier: Apache-2.0
// spool/writer.h - puts messages into the log, many with one sync.
//
// Life of a message here:
//
//     Draft draft = writer.begin();             bytes gather in memory
//     draft.append(bytes) ...                   past the bound (or the budget of all
//     drafts)
//                                               they stream into a segment of their own,
//                                               log/incoming/, invisible to readers
//     writer.commit(std::move(draft), envelope, done);
//                                               -> committer thread: append, fdatasync,
//                                                  done(Committed) - only now may 250 be
//                                                  said
//
// The committer takes everything that waits, writes it with one writev, syncs once and
// calls everybody back: whoever comes while a sync runs shares the next one.  No timers. A
// draft that is dropped leaves nothing.  A crash leaves a torn tail, which readers
// recognise, or a file in incoming/, which the next start removes.
// Format: sponts-spool(5).
//
// After each batch a listening follower is woken (spool/bell.h).
//
// Threads: begin, append, commit on one thread; `done` is called on the committer thread
// and must only hand the result over (net::Loop::post).
#pragma once

#include "base/failure.h"
#include "spool/envelope.h"
#include "spool/reader.h"

#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace spool {

class Disk;

enum class Preallocate : std::uint8_t {
    zeros,   // written once with zeros: a sync then commits no metadata (fast, default)
    reserve, // fallocate only: space is sure, each sync commits extents
    none,
};

struct WriterOptions {
    std::string directory;                    // the spool, e.g. /var/spool/sponts
    std::string name = "relay";               // who writes, shown in the segment's head
    std::uint64_t segment_size = 64ull << 20; // sealed when full ...
    std::int64_t segment_age = 3600;          // ... or this old (seconds)
    std::size_t draft_memory = 128u << 10;    // a message larger than this streams to disk
    std::size_t drafts_memory = 64u << 20; // all drafts together; beyond, they stream early
    std::uint64_t free_space = 256ull << 20; // below this much free space: no_space()
    std::uint64_t free_inodes = 1000;
    Preallocate preallocate = Preallocate::zeros;
    bool shared = false;  // inetd: append to a shared segment under a lock
    Disk* disk = nullptr; // tests: another disk (spool/disk.h)
};

struct Committed {
    MessageId id;
    Location location;
};
// Unexpected: the message is still the client's.  error.disk_full() tells 452 from 451.
using CommitResult = std::expected<Committed, base::Failure>;
using CommitDone = std::function<void(CommitResult)>;

class Writer;

class Draft {
public:
    struct State; // of the implementation
    explicit Draft(std::unique_ptr<State> state);
    Draft(Draft&&) noexcept;
    Draft& operator=(Draft&&) noexcept;
    ~Draft(); // not committed: withdrawn without trace

    // Throws base::Failure when a streaming draft cannot be written (disk full: the caller
    // answers 452 or 451 after it has read the rest).
    void append(std::string_view bytes);
    // The message's own id, for its Received and X-UIDL fields: room for it, which is
    // filled in when it has one.
    static constexpr std::size_t id_size = 13; // of MessageId::text()
    void append_id();
    [[nodiscard]] std::uint64_t size() const;
    // A draft has no id yet: the id is where the message is written, and comes with
    // Committed.  Until then log lines use the session's id.

private:
    friend class Writer;
    std::unique_ptr<State> state_;
};

class Writer {
public:
    // Opens the log; makes its directories if the spool exists; removes what a crash of an
    // earlier writer left in incoming/.  Throws Failure (fix_config when there is no
    // spool).
    explicit Writer(WriterOptions options);
    ~Writer(); // commits what was handed in, seals the open segment

    [[nodiscard]] Draft begin();
    // Gives the message its id (whatever envelope.id says).
    void commit(Draft draft, Envelope envelope, CommitDone done);
    // For tools and inetd: commits and waits.
    [[nodiscard]] CommitResult commit_and_wait(Draft draft, Envelope envelope);

    // Carries a message forward: appends a copy with the same id and envelope.  Reads the
    // message on the calling thread; throws Failure when it cannot be read.
    void carry(const Message& message, CommitDone done);
    [[nodiscard]] CommitResult carry_and_wait(const Message& message);

    // Free space or inodes are below the mark: refuse with 452 before DATA.
    [[nodiscard]] bool no_space() const;

private:
    struct State;
    std::unique_ptr<State> state_;
};

} // namespace spool
