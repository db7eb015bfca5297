// SPDX-License-Identifier: Apache-2.0
#include "spool/committer.h"

#include "base/log.h"
#include "spool/quiet_thread.h"

#include <array>
#include <utility>

namespace spool {

namespace {

constexpr std::array<char, page_size> zero_page{};

void fail(std::span<Pending> messages, const base::Failure& failure)
{
    base::log(base::Level::error, "spool-write-failed", "-",
              {{"error", failure.what()}, {"messages", messages.size()}});
    for (Pending& pending : messages)
        pending.done(std::unexpected(failure));
}

} // namespace

Committer::Committer(Disk& disk, const WriterOptions& options)
    : appender_(disk, options), ringer_(options.directory)
{
}

Committer::~Committer()
{
    {
        const std::lock_guard lock(mutex_);
        stop_ = true;
    }
    changed_.notify_all();
    if (thread_.joinable())
        thread_.join();
}

void Committer::add(Pending pending)
{
    bool first = false;
    {
        const std::lock_guard lock(mutex_);
        if (!thread_.joinable())
            thread_ = quiet_thread([this] { run(); });
        queue_.push_back(std::move(pending));
        first = queue_.size() == 1;
    }
    if (first) // unlocked, or it would wake up only to wait for the lock
        changed_.notify_one();
}

void Committer::run()
{
    std::vector<Pending> batch;
    while (wait_for_work(batch)) {
        commit(batch);
        batch.clear();
        appender_.seal_if_old();
    }
}

bool Committer::wait_for_work(std::vector<Pending>& batch)
{
    std::unique_lock lock(mutex_);
    const auto ready = [this] { return stop_ || !queue_.empty(); };
    if (const base::SteadyTime until = appender_.seal_time();
        until != base::SteadyTime::max())
        changed_.wait_until(lock, until, ready);
    else
        changed_.wait(lock, ready);
    batch.swap(queue_);
    return !batch.empty() || !stop_;
}

// Encodes each envelope; whoever cannot be encoded is answered alone.
void Committer::prepare(std::vector<Pending>& batch)
{
    std::erase_if(batch, [](Pending& pending) {
        try {
            pending.text = begin_record(pending.envelope);
            return false;
        } catch (const base::Failure& failure) {
            fail({&pending, 1}, failure);
            return true;
        }
    });
}

void Committer::commit(std::vector<Pending>& batch)
{
    prepare(batch);
    for (std::span<Pending> waiting = batch; !waiting.empty();)
        waiting = waiting.subspan(commit_group(waiting));
}

// Places as many as the segment takes and lists their bytes; returns how many.
std::size_t Committer::place(OpenSegment& segment, std::span<Pending> waiting)
{
    parts_.clear();
    parts_size_ = 0;
    std::size_t count = 0;
    for (Pending& pending : waiting) {
        const std::uint64_t size = record_size(pending.text, pending.draft->size());
        const std::uint64_t at = segment.end() + parts_size_;
        if (!segment.fits(at, size))
            break;
        pending.place({segment.number(), segment.key(), static_cast<std::uint32_t>(at)});
        parts_.push_back({pending.text.prefix.data(), pending.text.prefix.size()});
        pending.draft->blocks.list(parts_);
        parts_.push_back({pending.text.tail.data(), pending.text.tail_size});
        parts_size_ += size;
        ++count;
    }
    return count;
}

// One segment, one write, one sync.  Returns how many were answered, well or badly.
std::size_t Committer::commit_group(std::span<Pending> waiting)
{
    std::size_t count = waiting.size(); // nobody has a place yet: all share a failure
    try {
        const std::uint64_t first =
            record_size(waiting.front().text, waiting.front().draft->size());
        OpenSegment& segment = appender_.open(first);
        count = place(segment, waiting);
        if (const std::size_t rest = segment.rest_of_page(parts_size_))
            parts_.push_back({const_cast<char*>(zero_page.data()), rest});
        segment.append(parts_, parts_size_);
        segment.sync();
        appender_.close(false);
    } catch (const base::Failure& failure) {
        appender_.close(true);
        fail(waiting.first(count), failure);
        return count;
    }
    for (Pending& pending : waiting.first(count))
        pending.done(pending.committed);
    ringer_.ring();
    return count;
}

} // namespace spool
