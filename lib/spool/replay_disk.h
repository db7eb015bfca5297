// SPDX-License-Identifier: Apache-2.0
// spool/replay_disk.h - gives each segment that a replay writes a second name in the run.
//
// The second name is how a run that was killed knows what it has sent: smtp-sendd may have
// delivered it and deleted the segment from log/ meanwhile.  Both names are on the disk
// before the segment gets its first record, so a record that anybody can find in log/ can
// be found in the run:
//
//     step                                a crash leaves
//     name in log/                        a segment without records
//     log/ synced                         the same
//     second name                         the same
//     folder of second names synced       the same; now records may follow
#pragma once

#include "spool/disk.h"
#include "spool/id.h"

namespace spool {

class ReplayDisk : public Disk {
public:
    // `run`: its directory, in which log/ is made by whoever makes the run.
    ReplayDisk(Disk& disk, std::string spool, std::string run)
        : disk_(disk), spool_(std::move(spool)), run_(std::move(run))
    {
    }

    int create(const std::string& path) override { return disk_.create(path); }
    int open(const std::string& path) override { return disk_.open(path); }
    ssize_t write(int fd, const iovec* parts, int count, std::uint64_t offset) override
    {
        return disk_.write(fd, parts, count, offset);
    }
    int sync(int fd) override { return disk_.sync(fd); }
    int sync_directory(const std::string& path) override
    {
        return disk_.sync_directory(path);
    }
    int set_direct(int fd, bool direct) override { return disk_.set_direct(fd, direct); }
    int truncate(int fd, std::uint64_t size) override { return disk_.truncate(fd, size); }
    int reserve(int fd, std::uint64_t size) override { return disk_.reserve(fd, size); }
    int punch(int fd, std::uint64_t from, std::uint64_t size) override
    {
        return disk_.punch(fd, from, size);
    }
    int link(const std::string& from, const std::string& to) override;
    int unlink(const std::string& path) override { return disk_.unlink(path); }
    int make_directory(const std::string& path) override
    {
        return disk_.make_directory(path);
    }
    int space(const std::string& path, struct statvfs& found) override
    {
        return disk_.space(path, found);
    }

private:
    [[nodiscard]] int name_again(const std::string& segment, SegmentNumber number);

    Disk& disk_;
    std::string spool_;
    std::string run_;
};

} // namespace spool
