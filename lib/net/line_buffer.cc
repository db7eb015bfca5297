// SPDX-License-Identifier: Apache-2.0
// net/line_buffer.cc - finding CRLF without looking at any byte twice.
#include "net/line_buffer.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cassert>
#include <cstring>
#include <utility>
#include <vector>

namespace net {

namespace {

// Freed blocks of this thread, for the next connection that has something to say.
class BlockPool {
public:
    char* get(std::size_t size)
    {
        Blocks& blocks = of(size);
        if (blocks.empty())
            return new char[size];
        char* const block = blocks.back().release();
        blocks.pop_back();
        return block;
    }

    void put(char* block, std::size_t size)
    {
        if (size < LineBuffer::large_block)
            ::explicit_bzero(block, size); // some 30 ns for one that held a command
        std::unique_ptr<char[]> owned(block);
        Blocks& blocks = of(size);
        if (blocks.size() < most)
            blocks.push_back(std::move(owned));
    }

private:
    using Blocks = std::vector<std::unique_ptr<char[]>>;
    static constexpr std::size_t most = 16; // of each size: at most 2 MB

    // Each size is twice the one before.
    Blocks& of(std::size_t size)
    {
        return blocks_.at(static_cast<std::size_t>(
            std::countr_zero(size) - std::countr_zero(LineBuffer::line_block)));
    }

    std::array<Blocks,
               std::countr_zero(LineBuffer::large_block / LineBuffer::line_block) + 1>
        blocks_;
};

BlockPool& pool()
{
    static thread_local BlockPool blocks;
    return blocks;
}

std::size_t block_for(Expect what)
{
    return what == Expect::line ? LineBuffer::line_block : LineBuffer::large_block;
}

} // namespace

LineBuffer::~LineBuffer()
{
    drop();
    release_if_empty();
}

void LineBuffer::acquire(std::size_t capacity)
{
    block_ = pool().get(capacity);
    capacity_ = capacity;
    begin_ = end_ = 0;
}

void LineBuffer::release_if_empty()
{
    if (!block_ || begin_ != end_)
        return;
    pool().put(std::exchange(block_, nullptr), capacity_);
    capacity_ = begin_ = end_ = scanned_ = 0;
}

void LineBuffer::compact()
{
    std::memmove(block_, block_ + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
}

void LineBuffer::grow(std::size_t capacity)
{
    char* const larger = pool().get(capacity);
    std::memcpy(larger, block_ + begin_, end_ - begin_);
    pool().put(block_, capacity_);
    block_ = larger;
    capacity_ = capacity;
    end_ -= begin_;
    begin_ = 0;
}

std::span<char> LineBuffer::space(Expect what)
{
    const std::size_t wanted = block_for(what);
    if (!block_)
        acquire(wanted);
    else if (capacity_ < wanted)
        grow(wanted);
    if (begin_ == end_)
        begin_ = end_ = 0;
    // Moving what is left costs less than many small reads.
    if (begin_ > 0 && capacity_ - end_ < capacity_ / 4)
        compact();
    if (end_ == capacity_ && capacity_ < large_block)
        grow(capacity_ * 2);
    assert(end_ < capacity_);
    return {block_ + end_, capacity_ - end_};
}

void LineBuffer::take(std::size_t size)
{
    taken_ += size;
    assert(size <= end_ - begin_);
    begin_ += size;
    scanned_ = 0;
    stray_ = false;
}

void LineBuffer::drop()
{
    begin_ = end_ = scanned_ = swallowed_ = 0;
    swallowing_ = stray_ = false;
}

// The line that ends with the CRLF whose LF is at `newline` (counted from begin_).
std::optional<Line> LineBuffer::cut(std::size_t limit, std::size_t newline)
{
    Line line;
    line.text = {block_ + begin_, newline - 1};
    if (!swallowing_ && line.text.size() > limit)
        keep_head(limit);
    line.too_long = std::exchange(swallowing_, false) || line.text.size() > limit;
    line.stray = stray_ || line.text.find('\r') != std::string_view::npos;
    if (line.too_long)
        line.text = {head_.data(), std::min(head_.size(), limit)};
    swallowed_ = 0;
    take(newline + 1);
    return line;
}

void LineBuffer::keep_head(std::size_t limit)
{
    std::memcpy(head_.data(), block_ + begin_, std::min(head_.size(), limit));
}

// Forgets all but the verb of a line that is too long, but not a CR that may belong to its
// end.
void LineBuffer::swallow(std::size_t limit)
{
    const bool half_end = block_[end_ - 1] == '\r';
    if (!swallowing_)
        keep_head(limit);
    swallowing_ = true;
    const std::size_t left = end_ - (half_end ? 1 : 0);
    swallowed_ += left - begin_;
    begin_ = left;
    scanned_ = end_ - begin_;
}

std::optional<Line> LineBuffer::hopeless_line() const
{
    const std::string_view there = available();
    if (!stray_ && swallowed_ <= most_swallowed && !there.contains('\0'))
        return {};
    return Line{.text = there.substr(0, head_.size()),
                .too_long = swallowing_,
                .stray = stray_,
                .hopeless = true};
}

std::optional<Line> LineBuffer::next_line(std::size_t limit)
{
    assert(limit <= longest_line);
    while (scanned_ < end_ - begin_) {
        const char* const from = block_ + begin_ + scanned_;
        const auto* found =
            static_cast<const char*>(std::memchr(from, '\n', end_ - begin_ - scanned_));
        if (!found) {
            scanned_ = end_ - begin_;
            break;
        }
        const auto newline = static_cast<std::size_t>(found - (block_ + begin_));
        if (newline > 0 && found[-1] == '\r')
            return cut(limit, newline);
        stray_ = true;
        scanned_ = newline + 1;
    }
    if (scanned_ > limit + 1 || (swallowing_ && scanned_ > 1))
        swallow(limit);
    return {};
}

} // namespace net
