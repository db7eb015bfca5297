// SPDX-License-Identifier: Apache-2.0
#include "spool/preallocator.h"

#include "spool/quiet_thread.h"
#include "spool/space.h"

#include <algorithm>
#include <array>

namespace spool {

namespace {

// A sync of mail waits behind one step at most.
constexpr std::size_t zeros_at_once = 256u << 10;
alignas(4096) const std::array<char, zeros_at_once> zeros{};
// So often the zeros in the page cache are synced: one sync of everything at the end would
// hold up the mail.  Direct writes are on the disk already.
constexpr std::size_t zeros_a_sync = 4u << 20;
// With little mail, this often a step is taken all the same.
constexpr base::milliseconds step_in_quiet_times{100};
constexpr std::uint64_t smallest = 1u << 20;
constexpr base::seconds pause_after_failure{10};

} // namespace

Preallocator::Preallocator(Disk& disk, const WriterOptions& options)
    : disk_(disk), spool_(options.directory), segment_size_(options.segment_size),
      keep_free_(options.free_space), how_(options.preallocate)
{
}

Preallocator::~Preallocator()
{
    {
        const std::lock_guard lock(mutex_);
        stop_ = true;
    }
    changed_.notify_all();
    if (thread_.joinable())
        thread_.join();
}

void Preallocator::prepare(std::uint64_t allowed)
{
    if (how_ == Preallocate::none)
        return;
    const std::lock_guard lock(mutex_);
    if (made_)
        return;
    if (wanted_) {
        const bool awake = allowed_ >= awaited_;
        allowed_ = std::max(allowed_, allowed);
        if (!awake && allowed_ >= awaited_)
            changed_.notify_all();
        return;
    }
    if (base::Steady::now() < not_before_)
        return;
    wanted_ = true;
    allowed_ = allowed;
    if (!thread_.joinable())
        thread_ = quiet_thread([this] { run(); });
    changed_.notify_all();
}

bool Preallocator::has_one()
{
    const std::lock_guard lock(mutex_);
    return made_.has_value();
}

std::optional<PreparedFile> Preallocator::take()
{
    const std::lock_guard lock(mutex_);
    std::optional<PreparedFile> taken;
    if (made_)
        taken.emplace(std::move(*made_));
    made_.reset();
    return taken;
}

bool Preallocator::may_write(std::uint64_t bytes)
{
    std::unique_lock lock(mutex_);
    awaited_ = bytes;
    changed_.wait_for(lock, step_in_quiet_times,
                      [this] { return stop_ || allowed_ >= awaited_; });
    return !stop_;
}

void Preallocator::run()
{
    std::unique_lock lock(mutex_);
    for (;;) {
        changed_.wait(lock, [this] { return stop_ || wanted_; });
        if (stop_)
            return;
        lock.unlock();
        std::optional<PreparedFile> fresh = make();
        lock.lock();
        wanted_ = false;
        if (fresh)
            made_.emplace(std::move(*fresh));
        else
            not_before_ = base::Steady::now() + pause_after_failure;
    }
}

// As much as a segment may have, halved until the mark for mail stays free; 0: nothing.
std::uint64_t Preallocator::size_now() const
{
    const std::uint64_t free = free_bytes(disk_, spool_).value_or(0);
    std::uint64_t size = segment_size_;
    while (size > smallest && free < keep_free_ + size)
        size /= 2;
    return free < keep_free_ + size ? 0 : size / page_size * page_size;
}

std::optional<PreparedFile> Preallocator::make()
{
    const std::uint64_t size = size_now();
    if (size == 0)
        return std::nullopt;
    try {
        std::optional<PreparedFile> prepared;
        prepared.emplace(IncomingFile(disk_, spool_), size);
        if (!fill(*prepared))
            prepared.reset();
        return prepared;
    } catch (const base::Failure&) {
        return std::nullopt; // the mail itself will meet the trouble, and report it
    }
}

bool Preallocator::fill(const PreparedFile& prepared)
{
    const int fd = prepared.file.fd();
    if (how_ == Preallocate::reserve)
        return disk_.reserve(fd, prepared.size) == 0 && disk_.sync(fd) == 0;
    // Past the page cache if possible: zeros there cost a copy of every byte and push out
    // mail that is still to be sent.
    const bool direct = disk_.set_direct(fd, true) == 0;
    const bool filled = write_zeros(prepared, direct);
    if (direct)
        checked(disk_.set_direct(fd, false), "fcntl", prepared.file.path());
    return filled;
}

bool Preallocator::write_zeros(const PreparedFile& prepared, bool direct)
{
    const int fd = prepared.file.fd();
    for (std::uint64_t done = 0; done < prepared.size;) {
        const std::uint64_t count =
            std::min<std::uint64_t>(zeros.size(), prepared.size - done);
        if (!may_write(done + count))
            return false;
        write_all(disk_, fd, {zeros.data(), count}, done, prepared.file.path());
        done += count;
        if (!direct && done % zeros_a_sync == 0)
            checked(disk_.sync(fd), "sync", prepared.file.path());
    }
    checked(disk_.sync(fd), "sync", prepared.file.path());
    return true;
}

} // namespace spool
