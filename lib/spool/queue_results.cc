// SPDX-License-Identifier: Apache-2.0
#include "spool/queue_results.h"

#include "base/failure.h"
#include "base/log.h"
#include "spool/queue_load.h"

#include <cstring>
#include <fcntl.h>

namespace spool {

QueueResults::QueueResults(QueueFiles files, std::uint64_t generation, std::uint64_t size,
                           base::milliseconds sync_interval)
    : files_(std::move(files)), interval_(sync_interval), generation_(generation)
{
    open(size);
    thread_ = std::thread([this] { watch(); });
}

QueueResults::~QueueResults()
{
    (void)sync();
    {
        const std::lock_guard lock(mutex_);
        stop_ = true;
    }
    wake_.notify_all();
    thread_.join();
}

// What a killed predecessor wrote was read by us and counts: it must not be lost any more.
// A name that is not durable makes its bytes worthless, so the folder is synced before
// anything in the new file counts.
void QueueResults::open(std::uint64_t size)
{
    const std::string path = files_.results(generation_);
    base::Fd file = open_or_make(files_.directory, path, O_WRONLY);
    if (!file)
        base::fail_errno("open", path);
    if (::ftruncate(file.get(), static_cast<off_t>(size)) != 0)
        base::fail_errno("truncate", path);
    if (size == 0) {
        const std::string head = queue_file_head("results", generation_);
        size = head.size();
        if (write_at(file.get(), head, 0) != size)
            base::fail_errno("write", path);
    }
    if (::fdatasync(file.get()) != 0)
        base::fail_errno("sync", path);
    files_.sync_folder();
    file_ = std::move(file);
    size_ = size;
}

void QueueResults::append(std::string_view lines)
{
    kept_ += lines;
    appended_ += lines.size();
    size_ += lines.size();
    if (!failing_)
        write();
}

void QueueResults::retry()
{
    forget_synced();
    write();
}

// Writes what is appended and not written.
void QueueResults::write()
{
    forget_synced();
    if (written_ == appended_)
        return;
    const std::uint64_t missing = appended_ - written_;
    const std::string_view bytes = std::string_view(kept_).substr(kept_.size() - missing);
    errno = 0;
    const std::size_t wrote = write_at(file_.get(), bytes, size_ - missing);
    const int error = errno;
    written_ += wrote;
    if (written_ < appended_)
        write_failed(error);
    else if (failing_) {
        failing_ = false;
        base::log(base::Level::notice, "queue-write-recovered", "-",
                  {{"file", files_.results(generation_)}, {"bytes", missing}});
    }
    const std::lock_guard lock(mutex_);
    if (to_sync_ == synced_ && written_ > synced_)
        wake_.notify_one();
    to_sync_ = written_;
}

void QueueResults::write_failed(int error)
{
    if (!failing_)
        base::log(base::Level::error, "queue-write-failed", "-",
                  {{"file", files_.results(generation_)},
                   {"error", std::string_view(std::strerror(error))},
                   {"waiting", appended_ - written_}});
    failing_ = true;
}

// Drops from memory what is safe; takes back what a failed sync has put in doubt.
void QueueResults::forget_synced()
{
    const std::lock_guard lock(mutex_);
    kept_.erase(0, kept_.size() - (appended_ - synced_));
    if (sync_error_ == 0 || syncing_)
        return;
    const int error = std::exchange(sync_error_, 0);
    written_ = to_sync_ = synced_;
    write_failed(error);
}

void QueueResults::begin_generation()
{
    if (!sync())
        throw base::Failure(base::Remedy::check_disk,
                            "cannot complete " + files_.results(generation_));
    const std::lock_guard lock(mutex_);
    ++generation_;
    try {
        open(0);
    } catch (const base::Failure&) {
        --generation_;
        throw;
    }
}

bool QueueResults::has_lines() const
{
    return size_ > queue_file_head("results", generation_).size();
}

std::uint64_t QueueResults::synced()
{
    const std::lock_guard lock(mutex_);
    return synced_;
}

bool QueueResults::sync()
{
    retry();
    std::unique_lock lock(mutex_);
    wake_.wait(lock, [this] { return !syncing_; });
    if (to_sync_ > synced_)
        sync_once(lock);
    return synced_ == appended_;
}

void QueueResults::watch()
{
    std::unique_lock lock(mutex_);
    while (!stop_) {
        wake_.wait(lock, [this] {
            return stop_ || (to_sync_ > synced_ && sync_error_ == 0 && !syncing_);
        });
        // Whoever appends in the meantime shares the sync.
        if (!wake_.wait_for(lock, interval_, [this] { return stop_; }) && !syncing_ &&
            sync_error_ == 0 && to_sync_ > synced_)
            sync_once(lock);
    }
}

void QueueResults::sync_once(std::unique_lock<std::mutex>& lock)
{
    const std::uint64_t target = to_sync_;
    const int file = file_.get();
    syncing_ = true;
    lock.unlock();
    const int error = ::fdatasync(file) == 0 ? 0 : errno;
    lock.lock();
    syncing_ = false;
    sync_error_ = error;
    if (error == 0)
        synced_ = target;
    lock.unlock();
    wake_.notify_all();
    lock.lock();
}

} // namespace spool
