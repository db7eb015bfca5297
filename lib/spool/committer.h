// SPDX-License-Identifier: Apache-2.0
// spool/committer.h - the thread that makes messages durable, many with one sync.
//
// It takes everything that waits, writes it with one call, syncs once and calls everybody
// back.  Large messages, which have a file of their own, are synced by LargeCommitter, so
// that nobody waits for 50 MB of somebody else.
#pragma once

#include "spool/appender.h"
#include "spool/bell.h"
#include "spool/pending.h"

#include <condition_variable>
#include <mutex>
#include <span>
#include <thread>
#include <vector>

namespace spool {

class Committer {
public:
    Committer(Disk& disk, const WriterOptions& options);
    ~Committer(); // commits what was added, seals the segment
    void add(Pending pending);

private:
    void run();
    bool wait_for_work(std::vector<Pending>& batch);
    void commit(std::vector<Pending>& batch);
    void prepare(std::vector<Pending>& batch);
    std::size_t commit_group(std::span<Pending> waiting);
    std::size_t place(OpenSegment& segment, std::span<Pending> waiting);

    Appender appender_;
    Ringer ringer_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<Pending> queue_;
    bool stop_ = false;
    std::vector<iovec> parts_;
    std::uint64_t parts_size_ = 0;
    std::thread thread_;
};

class LargeCommitter {
public:
    LargeCommitter(Disk& disk, const WriterOptions& options);
    ~LargeCommitter();
    void add(Pending pending);

private:
    void run();
    void commit(Pending& pending);
    void write(Pending& pending);
    void publish(Stream& stream, SegmentNumber number);

    static constexpr std::size_t most_threads = 3;

    Disk& disk_;
    std::string spool_;
    std::string by_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<Pending> queue_;
    std::size_t idle_ = 0;
    bool stop_ = false;
    std::vector<std::thread> threads_;
};

} // namespace spool
