// SPDX-License-Identifier: Apache-2.0
// spool/reader.h - finds records and reads messages; follows the tail of the log.
//
// Readers never write and take no lock; any number of them may run beside the writers.
// Threads: each object belongs to one thread.
#pragma once

#include "base/fd.h"
#include "spool/envelope.h"

#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace spool {

enum class ReadError : std::uint8_t {
    gone,    // the segment was deleted or the record punched out
    torn,    // the tail of the log: not (yet) complete
    damaged, // checksum or form wrong in the middle of the log: set aside and reported
};

// Where the bytes of a message are: read them with pread or sendfile.  The file stays
// readable while `file` lives, even when the segment is deleted.
struct Message {
    Envelope envelope;
    std::shared_ptr<base::Fd> file;
    std::uint64_t offset = 0; // of the first byte of the message
    std::uint64_t size = 0;   // in bytes
};

class Reader {
public:
    explicit Reader(std::string directory);
    ~Reader();

    // Verifies the end mark; verifies the checksum too when asked (reads every byte).
    [[nodiscard]] std::expected<Message, ReadError> open(Location where,
                                                         bool checksum = false);
    [[nodiscard]] std::expected<Envelope, ReadError> envelope(Location where);
    // The file of a segment, for whoever knows what is where in it; null if it is gone.
    [[nodiscard]] std::shared_ptr<base::Fd> file(SegmentNumber segment);
    // Reads part of a message; fewer bytes than asked only at its end.
    // Throws Failure when the disk cannot.
    [[nodiscard]] static std::string read(const Message& message, std::uint64_t from,
                                          std::size_t count);
    // For those who do not own the queue: what was read until now is the message.  False
    // once it is being erased.
    [[nodiscard]] static bool is_there(const Message& message, Location where);
    // Closes the segments that were deleted, so that their space is given back.  For those
    // who keep a reader: now and then.
    void forget_deleted();

private:
    struct State;
    std::unique_ptr<State> state_;
};

// What a follower reports, in the order of each segment.
struct Found {
    Location where;
    std::uint64_t size = 0; // of the message
    Envelope envelope;
    std::uint64_t offset = 0; // of its first byte in the segment
};

// Remembers how far it has read each segment; positions are part of the queue's snapshot.
class Follower {
public:
    struct Position {
        SegmentNumber segment = 0;
        std::uint64_t offset = 0; // next byte to look at
        bool finished = false;    // sealed and read to the end
    };

    Follower(std::string directory, const std::vector<Position>& positions);
    ~Follower();

    // Reports up to `most` new complete records; returns how many.  A torn tail whose
    // writer is dead (lock free) is passed over; damaged records are reported to `damaged`,
    // once.
    std::size_t poll(std::size_t most, const std::function<void(Found&&)>& found,
                     const std::function<void(Location, std::string_view why)>& damaged);
    [[nodiscard]] std::vector<Position> positions() const;
    // A segment was deleted: forget it.
    void forget(SegmentNumber segment);

private:
    struct State;
    std::unique_ptr<State> state_;
};

} // namespace spool
