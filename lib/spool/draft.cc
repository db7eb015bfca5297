// SPDX-License-Identifier: Apache-2.0
#include "spool/draft.h"

#include "base/read_at.h"

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace spool {

namespace {

constexpr std::size_t first_block = 8u << 10;
constexpr std::size_t largest_block = 32u << 10;
// What a draft that streams gathers before it writes: as much as its first two blocks hold.
constexpr std::size_t stream_buffer = 3 * first_block;
// Drafts up to this size stay in memory even when all drafts together have too much: a file
// for each tiny message would cost more than it saves.
constexpr std::size_t always_memory = 4u << 10;
constexpr std::size_t read_at_once = 256u << 10;

std::string_view text_of(const iovec& part)
{
    return {static_cast<const char*>(part.iov_base), part.iov_len};
}

} // namespace

void Blocks::grow()
{
    const std::size_t room =
        blocks_.empty() ? first_block : std::min(largest_block, blocks_.back().room * 2);
    blocks_.push_back({std::make_unique_for_overwrite<char[]>(room), 0, room});
    room_->used.fetch_add(room, std::memory_order_relaxed);
}

void Blocks::append(std::string_view bytes)
{
    size_ += bytes.size();
    while (!bytes.empty()) {
        if (blocks_.empty() || blocks_.back().used == blocks_.back().room)
            grow();
        Block& block = blocks_.back();
        const std::size_t count = std::min(bytes.size(), block.room - block.used);
        std::memcpy(block.bytes.get() + block.used, bytes.data(), count);
        block.used += count;
        bytes.remove_prefix(count);
    }
}

void Blocks::overwrite(std::uint64_t at, std::string_view bytes)
{
    for (Block& block : blocks_) {
        if (at < block.used) {
            const std::size_t count = std::min<std::size_t>(bytes.size(), block.used - at);
            std::memcpy(block.bytes.get() + at, bytes.data(), count);
            bytes.remove_prefix(count);
            at += count;
        }
        if (bytes.empty())
            return;
        at -= block.used;
    }
}

void Blocks::clear()
{
    std::size_t bytes = 0;
    for (const Block& block : blocks_)
        bytes += block.room;
    room_->used.fetch_sub(bytes, std::memory_order_relaxed);
    blocks_.clear();
    size_ = 0;
}

void Blocks::list(std::vector<iovec>& parts) const
{
    for (const Block& block : blocks_)
        parts.push_back({block.bytes.get(), block.used});
}

std::uint64_t Blocks::sum() const
{
    if (blocks_.size() == 1)
        return sum_of({blocks_.front().bytes.get(), blocks_.front().used});
    Sum sum;
    for (const Block& block : blocks_)
        sum.add({block.bytes.get(), block.used});
    return sum.value();
}

void Stream::write(std::span<iovec> parts)
{
    std::uint64_t count = 0;
    for (const iovec& part : parts) {
        if (final_)
            sum_.add(text_of(part));
        count += part.iov_len;
    }
    if (size_ + count > max_message)
        throw base::Failure(base::Remedy::fix_data, "write message: more than 3.7 GB");
    write_all(disk_, file_.fd(), parts, single_message_offset + size_, file_.path());
    size_ += count;
}

void Stream::overwrite(std::span<const std::uint64_t> places, std::string_view bytes)
{
    for (const std::uint64_t at : places)
        write_all(disk_, file_.fd(), bytes, single_message_offset + at, file_.path());
    sum_ = Sum();
    std::string part(std::min<std::uint64_t>(read_at_once, size_), '\0');
    for (std::uint64_t done = 0; done < size_;) {
        const std::size_t count = std::min<std::uint64_t>(part.size(), size_ - done);
        const std::size_t got = base::read_at(file_.fd(), single_message_offset + done,
                                              std::span(part.data(), count), file_.path());
        if (got == 0)
            base::fail_errno("read", file_.path(), base::Remedy::check_disk, EIO);
        sum_.add({part.data(), got});
        done += got;
    }
}

void Draft::State::append_id()
{
    ids_at.push_back(size());
    append(std::string(id_size, '0'));
}

void Draft::State::fill_in(MessageId id)
{
    if (ids_at.empty())
        return;
    if (stream)
        return stream->overwrite(ids_at, id.text());
    for (const std::uint64_t at : ids_at)
        blocks.overwrite(at, id.text());
}

bool Draft::State::must_stream(std::size_t more) const
{
    const std::size_t together = blocks.size() + more;
    return together > room->draft_memory ||
           (together > always_memory &&
            room->used.load(std::memory_order_relaxed) + more > room->drafts_memory);
}

void Draft::State::flush()
{
    std::vector<iovec> parts;
    blocks.list(parts);
    stream->write(parts);
    blocks.clear();
}

void Draft::State::add(std::string_view bytes)
{
    if (!stream && must_stream(bytes.size()))
        stream = std::make_unique<Stream>(*room, ids_at.empty());
    if (!stream || blocks.size() + bytes.size() <= stream_buffer) {
        blocks.append(bytes);
        return;
    }
    std::vector<iovec> parts;
    blocks.list(parts);
    parts.push_back({const_cast<char*>(bytes.data()), bytes.size()});
    stream->write(parts);
    blocks.clear();
}

// What was written is given back at once: a full disk needs it, and the message is lost to
// us anyway.
void Draft::State::append(std::string_view bytes)
{
    if (broken)
        throw *broken;
    try {
        add(bytes);
    } catch (const base::Failure& failure) {
        broken = failure;
        stream.reset();
        blocks.clear();
        throw;
    }
}

} // namespace spool
