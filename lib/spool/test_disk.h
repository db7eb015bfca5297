// SPDX-License-Identifier: Apache-2.0
// spool/test_disk.h - two disks for tests: one fails at a chosen operation, one forgets
// what was not synced.  Both work on a real directory below.
#pragma once

#include "spool/disk.h"

#include <atomic>
#include <functional>
#include <map>
#include <mutex>
#include <random>
#include <string>
#include <vector>

namespace spool::test {

// Syncs nothing: for what a test does besides.
class HastyDisk : public Disk {
public:
    int sync(int) override { return 0; }
    int sync_directory(const std::string&) override { return 0; }
};

// Calls `before` in front of each operation and `after` behind it, one at a time.  Syncs
// are noted and not done.
class WatchedDisk : public Disk {
public:
    int create(const std::string& path) override;
    int open(const std::string& path) override;
    ssize_t write(int fd, const iovec* parts, int count, std::uint64_t offset) override;
    int sync(int fd) override;
    int sync_directory(const std::string& path) override;
    int truncate(int fd, std::uint64_t size) override;
    int reserve(int fd, std::uint64_t size) override;
    int punch(int fd, std::uint64_t from, std::uint64_t size) override;
    int link(const std::string& from, const std::string& to) override;
    int unlink(const std::string& path) override;
    int make_directory(const std::string& path) override;

protected:
    // 0: go on; else the errno to fail with.
    virtual int before() { return 0; }
    virtual void created(int, const std::string&) {}
    virtual void written(int, const iovec*, std::uint64_t, std::size_t) {}
    virtual void synced(int) {}
    virtual void synced_directory(const std::string&) {}
    virtual void truncated(int, std::uint64_t) {}
    virtual void punched(int, std::uint64_t, std::uint64_t) {}
    virtual void linked(const std::string&, const std::string&) {}
    virtual void unlinked(const std::string&) {}
    virtual void after() {}
    // Only the first half of the first part is written.
    [[nodiscard]] virtual bool halves_writes() const { return false; }

private:
    template <class Work>
    auto step(Work work) -> decltype(work());
    std::recursive_mutex mutex_;
};

class FailingDisk : public WatchedDisk {
public:
    // The operation `first` (counted from 1) and those behind it up to `last` fail.
    FailingDisk(std::uint64_t first, std::uint64_t last, int error)
        : first_(first), last_(last), error_(error)
    {
    }
    // From now on, until repair().
    void break_now() { broken_ = true; }
    void repair() { broken_ = false; }
    // The write in front of the first failure is cut in half, as on a full disk.
    void halve() { halve_ = true; }
    [[nodiscard]] std::uint64_t operations() const { return count_; }

protected:
    int before() override
    {
        ++count_;
        return broken_ || (count_ >= first_ && count_ <= last_) ? error_ : 0;
    }
    bool halves_writes() const override { return halve_ && count_ + 1 == first_; }

private:
    std::uint64_t first_;
    std::uint64_t last_;
    int error_;
    bool halve_ = false;
    std::atomic<bool> broken_ = false;
    std::atomic<std::uint64_t> count_ = 0;
};

class ForgetfulDisk : public WatchedDisk {
public:
    explicit ForgetfulDisk(std::string directory) : directory_(std::move(directory)) {}

    // Called behind each operation, while no other one runs.
    std::function<void()> watch;
    // What the directory may look like after a power cut now: everything synced, and of the
    // rest what the seed likes, in sectors of 512 bytes.  Written to `target`.
    void image(unsigned seed, const std::string& target);

protected:
    void created(int fd, const std::string& path) override;
    void written(int fd, const iovec* parts, std::uint64_t offset,
                 std::size_t size) override;
    void synced(int fd) override;
    void synced_directory(const std::string& path) override;
    void truncated(int fd, std::uint64_t size) override;
    void punched(int fd, std::uint64_t from, std::uint64_t size) override;
    void linked(const std::string& from, const std::string& to) override;
    void unlinked(const std::string& path) override;
    void after() override
    {
        if (watch)
            watch();
    }

private:
    // By sectors, so that holes cost nothing.
    struct Content {
        std::map<std::uint64_t, std::string> sectors;
        std::uint64_t size = 0;
        void put(std::uint64_t offset, std::string_view bytes); // within one sector
        void truncate(std::uint64_t to);
        void save(const std::string& path) const;
    };
    struct Change {
        bool truncate;
        std::uint64_t offset;
        std::string bytes;
    };
    struct File {
        Content durable;
        std::vector<Change> unsynced;
    };
    struct Rename {
        std::string path;
        int file; // -1: removed
    };
    [[nodiscard]] File& file_of(int fd);
    [[nodiscard]] static Content content(const File& file,
                                         const std::function<bool()>& likes);
    [[nodiscard]] std::map<std::string, int> names(std::mt19937& random) const;

    std::string directory_;
    std::vector<File> files_;
    std::map<std::uint64_t, int> by_inode_;
    std::map<std::string, int> now_;
    std::map<std::string, int> durable_;
    std::vector<Rename> unsynced_;
};

} // namespace spool::test
