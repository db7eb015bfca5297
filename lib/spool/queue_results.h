// SPDX-License-Identifier: Apache-2.0
// spool/queue_results.h - appends lines to queue/results.N and syncs them, come what may.
//
// append() writes at once, so that a killed process loses nothing; a thread of its own
// syncs, so that the event loop waits for no disk.  Lines stay in memory until they are
// known to be on the disk.  What cannot be written (disk full), or is written but cannot be
// synced (the kernel may have dropped the pages), is written again, at the same offset, so
// that a half-written line is never followed by another one.
#pragma once

#include "base/clock.h"
#include "base/fd.h"
#include "spool/queue_files.h"

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

namespace spool {

class QueueResults {
public:
    // Goes on with a generation of which `size` bytes are good (the rest is cut off), or
    // begins it.  Throws Failure.
    QueueResults(QueueFiles files, std::uint64_t generation, std::uint64_t size,
                 base::milliseconds sync_interval);
    ~QueueResults(); // syncs

    void append(std::string_view lines);
    // Tries again what could not be written or synced.
    void retry();
    // Lines from now on go to the next generation.  Throws Failure if the old one cannot be
    // completed or the new one not be made; then the old one goes on.
    void begin_generation();

    // What was appended is not (all) written.
    [[nodiscard]] bool failing() const { return failing_; }
    [[nodiscard]] std::uint64_t generation() const { return generation_; }
    [[nodiscard]] std::uint64_t size() const { return size_; } // of this generation
    [[nodiscard]] bool has_lines() const;                      // more than its head
    // Counts of bytes over all generations: what was appended before appended() said n is
    // safe when synced() >= n.
    [[nodiscard]] std::uint64_t appended() const { return appended_; }
    [[nodiscard]] std::uint64_t synced();
    bool sync();

private:
    void open(std::uint64_t size);
    void write();
    void write_failed(int error);
    void forget_synced();
    void watch();
    void sync_once(std::unique_lock<std::mutex>& lock);

    QueueFiles files_;
    base::milliseconds interval_;
    std::uint64_t generation_;
    std::uint64_t size_ = 0; // of the file with all that was appended
    std::uint64_t appended_ = 0;
    std::uint64_t written_ = 0;
    std::string kept_; // the last bytes of what was appended: not yet synced
    bool failing_ = false;

    std::mutex mutex_; // guards what follows
    std::condition_variable wake_;
    base::Fd file_;             // replaced only while no sync runs
    std::uint64_t to_sync_ = 0; // written up to here
    std::uint64_t synced_ = 0;
    int sync_error_ = 0; // of the last sync; everything since synced_ is in doubt
    bool syncing_ = false;
    bool stop_ = false;
    std::thread thread_;
};

} // namespace spool
