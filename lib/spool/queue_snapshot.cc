// SPDX-License-Identifier: Apache-2.0
#include "spool/queue_snapshot.h"

#include "base/failure.h"
#include "spool/queue_load.h"

#include <cstdio>
#include <fcntl.h>
#include <unistd.h>

namespace spool {

SnapshotWriter::SnapshotWriter(QueueFiles files, std::uint64_t generation,
                               const QueueCore& core,
                               const std::vector<Follower::Position>& positions,
                               std::vector<Location> erase)
    : files_(std::move(files)), generation_(generation), path_(files_.new_snapshot()),
      head_(queue_file_head("snapshot", generation)), erase_(std::move(erase)),
      block_(core.block)
{
    core.write_copies(block_);
    for (const Follower::Position& position : positions)
        block_.read(position);
}

void SnapshotWriter::run(const QueueTable& table, std::mutex& mutex)
{
    const base::Fd file = open_or_make(files_.directory, path_, O_WRONLY | O_TRUNC);
    if (!file)
        base::fail_errno("open", path_);
    write_erase(file.get());
    write_entries(file.get(), table, mutex);
    if (::fsync(file.get()) != 0)
        base::fail_errno("fsync", path_);
    if (::rename(path_.c_str(), files_.snapshot().c_str()) != 0)
        base::fail_errno("rename", path_);
    files_.sync_folder();
    remove_queue_leftovers(files_, generation_);
}

void SnapshotWriter::write_erase(int file)
{
    constexpr std::size_t at_once = 4096;
    std::size_t count = 0;
    for (const Location where : erase_) {
        block_.erase(where);
        if (++count % at_once == 0)
            write(file);
    }
}

void SnapshotWriter::write_entries(int file, const QueueTable& table, std::mutex& mutex)
{
    for (std::size_t chunk = 0;; ++chunk) {
        {
            const std::lock_guard lock(mutex);
            if (chunk >= table.chunks())
                break;
            block_.forget_texts();
            table.for_each_in(
                chunk, [&](const Entry& entry) { block_.entry(entry, table.texts()); });
        }
        write(file);
    }
    block_.end();
    write(file);
}

void SnapshotWriter::write(int file)
{
    const std::string bytes = std::exchange(head_, {}) + block_.take();
    if (write_at(file, bytes, offset_) != bytes.size())
        base::fail_errno("write", path_);
    offset_ += bytes.size();
}

void remove_queue_leftovers(const QueueFiles& files, std::uint64_t oldest_generation)
{
    // Not checked: what stays is not read, and removed the next time.
    (void)::unlink(files.new_snapshot().c_str());
    for (const std::uint64_t generation : files.generations())
        if (generation < oldest_generation)
            (void)::unlink(files.results(generation).c_str());
}

} // namespace spool
