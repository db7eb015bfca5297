// SPDX-License-Identifier: Apache-2.0
#include "spool/event_writer.h"

#include "base/failure.h"
#include "base/locked_file.h"
#include "spool/layout.h"

#include <fmt/format.h>

#include <algorithm>
#include <sys/statvfs.h>
#include <unistd.h>
#include <utility>

namespace spool {

namespace {

constexpr mode_t file_mode = 0640;
constexpr base::seconds between_looks(1); // at the free space

} // namespace

EventWriter::EventWriter(Options options) : options_(std::move(options))
{
    open_next();
}

void EventWriter::open_next()
{
    file_ = base::new_locked_file(events_directory(options_.spool), file_mode).fd;
    size_ = 0;
}

bool EventWriter::wants(std::string_view event) const
{
    return std::ranges::binary_search(options_.wanted, event);
}

bool EventWriter::has_room()
{
    const base::SteadyTime now = base::Steady::now();
    if (now < look_again_)
        return room_;
    look_again_ = now + between_looks;
    struct statvfs found{};
    room_ = ::fstatvfs(file_.get(), &found) == 0 &&
            std::uint64_t{found.f_bavail} * found.f_frsize >= options_.free_space;
    return room_;
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

void EventWriter::take(std::string_view line)
{
    const std::int64_t now = base::wall_microseconds();
    const std::scoped_lock lock(mutex_);
    std::string text;
    if (lost_ > 0)
        text = fmt::format("{} {} - events-lost events={}\n", now, options_.program, lost_);
    text += fmt::format("{} {} {}\n", now, options_.program, line);
    if (!has_room() || !write(text)) {
        ++lost_;
        return;
    }
    lost_ = 0;
    if (size_ < options_.file_size)
        return;
    try {
        open_next();
    } catch (const base::Failure&) { // this one will do until there can be another
    }
}

} // namespace spool
