// SPDX-License-Identifier: Apache-2.0
// spool/draft.h - a message on its way in: in memory while it is small, then in a file.
//
// The memory is a list of blocks, so that growing copies nothing and the committer writes
// straight from here.  A draft that streams keeps 24 kB, whatever its size.
#pragma once

#include "spool/format.h"
#include "spool/incoming.h"
#include "spool/sum.h"
#include "spool/writer.h"

#include <atomic>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace spool {

// What all drafts of a writer share; it outlives the writer if a draft does.
struct DraftRoom {
    DraftRoom(Disk& d, const WriterOptions& options)
        : disk(d), spool(options.directory), draft_memory(options.draft_memory),
          drafts_memory(options.drafts_memory)
    {
    }
    Disk& disk;
    std::string spool;
    std::size_t draft_memory;
    std::size_t drafts_memory;
    std::atomic<std::size_t> used = 0; // bytes of all blocks
};

// Bytes in memory, accounted for in the room.
class Blocks {
public:
    explicit Blocks(std::shared_ptr<DraftRoom> room) : room_(std::move(room)) {}
    Blocks(const Blocks&) = delete;
    Blocks& operator=(const Blocks&) = delete;
    ~Blocks() { clear(); }

    void append(std::string_view bytes);
    void clear();
    [[nodiscard]] std::size_t size() const { return size_; }
    void overwrite(std::uint64_t at, std::string_view bytes);
    // Adds the bytes to a list for pwritev.
    void list(std::vector<iovec>& parts) const;
    [[nodiscard]] std::uint64_t sum() const;

private:
    struct Block {
        std::unique_ptr<char[]> bytes;
        std::size_t used;
        std::size_t room;
    };
    void grow();

    std::shared_ptr<DraftRoom> room_;
    std::vector<Block> blocks_;
    std::size_t size_ = 0;
};

// Where the message begins in a segment of its own.  What is in front is a hole but for the
// head and, right before the message, header and envelope, which are known last.
inline constexpr std::uint64_t single_message_offset = 4u << 20;
static_assert(single_message_offset >= head_size + max_envelope);

// The file of a large message.
class Stream {
public:
    // `final`: nothing will be overwritten, so the sum can be taken as the bytes come.
    Stream(DraftRoom& room, bool final)
        : disk_(room.disk), file_(room.disk, room.spool), final_(final)
    {
    }
    void write(std::span<iovec> parts);
    // Then reads everything again, for the sum: the last thing that is done.
    void overwrite(std::span<const std::uint64_t> places, std::string_view bytes);
    [[nodiscard]] IncomingFile& file() { return file_; }
    [[nodiscard]] std::uint64_t size() const { return size_; }
    [[nodiscard]] std::uint64_t sum() const { return sum_.value(); }

private:
    Disk& disk_;
    IncomingFile file_;
    bool final_;
    Sum sum_;
    std::uint64_t size_ = 0;
};

struct Draft::State {
    explicit State(std::shared_ptr<DraftRoom> r) : room(std::move(r)), blocks(room) {}

    void append(std::string_view bytes);
    void append_id();
    void flush(); // blocks into the stream
    // Where append_id() has left room for it.
    void fill_in(MessageId id);
    [[nodiscard]] std::uint64_t size() const
    {
        return blocks.size() + (stream ? stream->size() : 0);
    }
    // Of everything; a stream has been flushed.
    [[nodiscard]] std::uint64_t sum() const
    {
        return stream ? stream->sum() : blocks.sum();
    }

    std::shared_ptr<DraftRoom> room;
    Blocks blocks;
    std::unique_ptr<Stream> stream;
    std::vector<std::uint64_t> ids_at;
    std::optional<base::Failure> broken; // said once more at each append and at commit

private:
    [[nodiscard]] bool must_stream(std::size_t more) const;
    void add(std::string_view bytes);
};

} // namespace spool
