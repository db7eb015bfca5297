// SPDX-License-Identifier: Apache-2.0
#include "spool/event_writer.h"

#include "base/failure.h"
#include "base/locked_file.h"
#include "spool/layout.h"
#include "spool/queue_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <fcntl.h>
#include <filesystem>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>
#include <utility>

namespace spool {

namespace {

constexpr mode_t learned_mode = 0700;
constexpr base::seconds between_looks(1); // at the free space
constexpr std::uint64_t least_of_file = 4096;
constexpr std::uint64_t block_size = 512; // as stat(2) counts

// What was filed has no blocks any more, though it counts in the size of its file.
std::uint64_t size_of_file(const struct stat& file)
{
    const auto size = static_cast<std::uint64_t>(file.st_size);
    const auto blocks = static_cast<std::uint64_t>(file.st_blocks) * block_size;
    return std::max(std::min(size, blocks), least_of_file);
}

// What cannot be asked is gone by now.
std::uint64_t size_of_files(const std::string& directory)
{
    std::uint64_t size = 0;
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(directory, error)) {
        struct stat file{};
        if (::lstat(entry.path().c_str(), &file) == 0 && S_ISREG(file.st_mode))
            size += size_of_file(file);
    }
    return size;
}

} // namespace

// False: this one will do until there can be another.
bool EventWriter::open_next()
{
    try {
        file_ = base::new_locked_file(options_.directory, options_.mode).fd;
        size_ = 0;
        give_to_owner(options_.directory, file_.get());
        return true;
    } catch (const base::Failure&) {
        return false;
    }
}

bool EventWriter::wants(std::string_view event) const
{
    return std::ranges::binary_search(options_.wanted, event);
}

bool EventWriter::has_room()
{
    const base::SteadyTime now = base::Steady::now();
    if (now >= look_again_) {
        look_again_ = now + between_looks;
        room_ = look_for_room();
    }
    return room_;
}

bool EventWriter::look_for_room() const
{
    struct statvfs found{};
    return ::statvfs(options_.directory.c_str(), &found) == 0 &&
           std::uint64_t{found.f_bavail} * found.f_frsize >= options_.free_space &&
           size_of_files(options_.directory) <= options_.backlog;
}

// All of it, or nothing of it stays.
bool EventWriter::write(std::string_view line)
{
    const ssize_t written =
        ::pwrite(file_.get(), line.data(), line.size(), static_cast<off_t>(size_));
    if (written != static_cast<ssize_t>(line.size())) {
        (void)::ftruncate(file_.get(), static_cast<off_t>(size_));
        return false;
    }
    size_ += line.size();
    return true;
}

bool EventWriter::write_line(std::string_view line)
{
    const std::int64_t now = base::wall_microseconds();
    const std::scoped_lock lock(mutex_);
    std::string text;
    if (lost_ > 0)
        text = fmt::format("{} {} - events-lost events={}\n", now, options_.program, lost_);
    text += fmt::format("{} {} {}\n", now, options_.program, line);
    if (!has_room() || (!file_ && !open_next()) || !write(text)) {
        ++lost_;
        return false;
    }
    lost_ = 0;
    if (size_ >= options_.file_size)
        (void)open_next();
    return true;
}

void make_events_directory(const std::string& spool)
{
    make_folder(spool, events_directory(spool));
}

void make_learned_directory(const std::string& spool)
{
    make_folder(spool, learned_directory(spool), learned_mode);
}

} // namespace spool
