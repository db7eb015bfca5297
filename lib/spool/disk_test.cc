// SPDX-License-Identifier: Apache-2.0
// The disks of the other tests.
#include "spool/test_disk.h"

#include <algorithm>
#include <cerrno>
#include <doctest/doctest.h>
#include <filesystem>
#include <fstream>
#include <sys/stat.h>

namespace spool::test {

template <class Work>
auto WatchedDisk::step(Work work) -> decltype(work())
{
    const std::lock_guard lock(mutex_);
    if (const int error = before(); error != 0) {
        errno = error;
        return -1;
    }
    const auto result = work();
    const int error = errno;
    after();
    errno = error;
    return result;
}

int WatchedDisk::create(const std::string& path)
{
    return step([&] {
        const int fd = Disk::create(path);
        if (fd >= 0)
            created(fd, path);
        return fd;
    });
}

int WatchedDisk::open(const std::string& path)
{
    return step([&] { return Disk::open(path); });
}

ssize_t WatchedDisk::write(int fd, const iovec* parts, int count, std::uint64_t offset)
{
    return step([&] {
        iovec half = parts[0];
        half.iov_len /= 2;
        const bool halved = halves_writes() && half.iov_len > 0;
        const ssize_t done =
            Disk::write(fd, halved ? &half : parts, halved ? 1 : count, offset);
        if (done > 0)
            written(fd, parts, offset, static_cast<std::size_t>(done));
        return done;
    });
}

int WatchedDisk::sync(int fd)
{
    return step([&] {
        synced(fd);
        return 0;
    });
}

int WatchedDisk::sync_directory(const std::string& path)
{
    return step([&] {
        synced_directory(path);
        return 0;
    });
}

int WatchedDisk::truncate(int fd, std::uint64_t size)
{
    return step([&] {
        truncated(fd, size);
        return Disk::truncate(fd, size);
    });
}

int WatchedDisk::reserve(int fd, std::uint64_t size)
{
    return step([&] { return Disk::reserve(fd, size); });
}

int WatchedDisk::punch(int fd, std::uint64_t from, std::uint64_t size)
{
    return step([&] {
        const int result = Disk::punch(fd, from, size);
        if (result == 0)
            punched(fd, from, size);
        return result;
    });
}

int WatchedDisk::link(const std::string& from, const std::string& to)
{
    return step([&] {
        const int result = Disk::link(from, to);
        if (result == 0)
            linked(from, to);
        return result;
    });
}

int WatchedDisk::unlink(const std::string& path)
{
    return step([&] {
        const int result = Disk::unlink(path);
        if (result == 0)
            unlinked(path);
        return result;
    });
}

int WatchedDisk::make_directory(const std::string& path)
{
    return step([&] { return Disk::make_directory(path); });
}

ForgetfulDisk::File& ForgetfulDisk::file_of(int fd)
{
    struct stat found{};
    REQUIRE(::fstat(fd, &found) == 0);
    return files_.at(static_cast<std::size_t>(by_inode_.at(found.st_ino)));
}

void ForgetfulDisk::created(int fd, const std::string& path)
{
    struct stat found{};
    REQUIRE(::fstat(fd, &found) == 0);
    const int file = static_cast<int>(files_.size());
    files_.emplace_back();
    by_inode_[found.st_ino] = file;
    now_[path] = file;
    unsynced_.push_back({path, file});
}

void ForgetfulDisk::written(int fd, const iovec* parts, std::uint64_t offset,
                            std::size_t size)
{
    std::string bytes;
    for (; bytes.size() < size; ++parts)
        bytes.append(static_cast<const char*>(parts->iov_base), parts->iov_len);
    bytes.resize(size);
    file_of(fd).unsynced.push_back({false, offset, std::move(bytes)});
}

namespace {

constexpr std::size_t sector = 512;

} // namespace

void ForgetfulDisk::Content::put(std::uint64_t offset, std::string_view bytes)
{
    std::string& place = sectors[offset / sector];
    place.resize(sector, '\0');
    place.replace(offset % sector, bytes.size(), bytes);
    size = std::max(size, offset + bytes.size());
}

void ForgetfulDisk::Content::truncate(std::uint64_t to)
{
    sectors.erase(sectors.upper_bound(to / sector), sectors.end());
    if (const auto last = sectors.find(to / sector); last != sectors.end())
        std::fill(last->second.begin() + static_cast<std::ptrdiff_t>(to % sector),
                  last->second.end(), '\0');
    size = to;
}

void ForgetfulDisk::Content::save(const std::string& path) const
{
    {
        std::ofstream out(path, std::ios::binary);
        for (const auto& [number, bytes] : sectors) {
            out.seekp(static_cast<std::streamoff>(number * sector));
            out << bytes;
        }
    }
    std::filesystem::resize_file(path, size);
}

void ForgetfulDisk::synced(int fd)
{
    File& file = file_of(fd);
    file.durable = content(file, [] { return true; });
    file.unsynced.clear();
}

void ForgetfulDisk::truncated(int fd, std::uint64_t size)
{
    file_of(fd).unsynced.push_back({true, size, ""});
}

void ForgetfulDisk::punched(int fd, std::uint64_t from, std::uint64_t size)
{
    file_of(fd).unsynced.push_back({false, from, std::string(size, '\0')});
}

void ForgetfulDisk::linked(const std::string& from, const std::string& to)
{
    now_[to] = now_.at(from);
    unsynced_.push_back({to, now_.at(from)});
}

void ForgetfulDisk::unlinked(const std::string& path)
{
    now_.erase(path);
    unsynced_.push_back({path, -1});
}

namespace {

void rename_in(std::map<std::string, int>& names, const std::string& path, int file)
{
    if (file < 0)
        names.erase(path);
    else
        names[path] = file;
}

} // namespace

void ForgetfulDisk::synced_directory(const std::string& path)
{
    std::erase_if(unsynced_, [&](const Rename& change) {
        if (std::filesystem::path(change.path).parent_path() != path)
            return false;
        rename_in(durable_, change.path, change.file);
        return true;
    });
}

std::map<std::string, int> ForgetfulDisk::names(std::mt19937& random) const
{
    std::map<std::string, int> names = durable_;
    const unsigned likes = random() % 5; // nothing, ..., everything
    for (const Rename& change : unsynced_)
        if (random() % 4 < likes)
            rename_in(names, change.path, change.file);
    return names;
}

ForgetfulDisk::Content ForgetfulDisk::content(const File& file,
                                              const std::function<bool()>& likes)
{
    Content content = file.durable;
    for (const Change& change : file.unsynced) {
        if (change.truncate && likes())
            content.truncate(change.offset);
        for (std::size_t at = 0; at < change.bytes.size();) {
            const std::size_t to_sector = sector - (change.offset + at) % sector;
            const std::string_view part =
                std::string_view(change.bytes).substr(at, to_sector);
            if (likes())
                content.put(change.offset + at, part);
            at += part.size();
        }
    }
    return content;
}

void ForgetfulDisk::image(unsigned seed, const std::string& target)
{
    namespace fs = std::filesystem;
    std::mt19937 random(seed);
    fs::remove_all(target);
    fs::create_directories(target + "/log/incoming");
    fs::create_directories(target + "/run");
    std::map<int, std::string> saved; // a file may have several names
    for (const auto& [path, file] : names(random)) {
        const std::string copy = target + path.substr(directory_.size());
        fs::create_directories(fs::path(copy).parent_path());
        if (const auto [first, fresh] = saved.emplace(file, copy); !fresh) {
            fs::create_hard_link(first->second, copy);
            continue;
        }
        const unsigned likes = random() % 5;
        content(files_.at(static_cast<std::size_t>(file)), [&random, likes] {
            return random() % 4 < likes;
        }).save(copy);
    }
}

} // namespace spool::test

TEST_CASE("spool: a whole write goes out in spite of short writes and empty parts")
{
    struct ShortDisk : spool::Disk {
        ssize_t write(int, const iovec* parts, int count, std::uint64_t offset) override
        {
            CHECK(offset == got.size());
            REQUIRE(count > 0);
            const std::size_t size = std::min<std::size_t>(parts->iov_len, 3);
            got.append(static_cast<const char*>(parts->iov_base), size);
            return static_cast<ssize_t>(size);
        }
        std::string got;
    } disk;
    std::string a = "";
    std::string b = "abcdefgh";
    std::string c = "ijk";
    iovec parts[] = {
        {a.data(), 0}, {b.data(), 8}, {a.data(), 0}, {c.data(), 3}, {a.data(), 0}};
    spool::write_all(disk, 0, parts, 0, "x");
    CHECK(disk.got == "abcdefghijk");
}
