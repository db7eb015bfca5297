// SPDX-License-Identifier: Apache-2.0
#include "spool/event_reader.h"

#include "base/failure.h"
#include "base/file.h"
#include "base/locked_file.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <fcntl.h>
#include <filesystem>
#include <sys/stat.h>
#include <unistd.h>

namespace spool {

namespace {

constexpr std::size_t read_size = 256u << 10;
constexpr std::size_t erase_size = 64u << 10;

std::optional<EventLine> event_in(std::string_view line)
{
    EventLine event;
    const auto [end, error] =
        std::from_chars(line.data(), line.data() + line.size(), event.time);
    line.remove_prefix(static_cast<std::size_t>(end - line.data()));
    const std::size_t space = line.find(' ', 1);
    if (error != std::errc() || !line.starts_with(' ') || space == line.npos)
        return std::nullopt;
    event.program = line.substr(1, space - 1);
    event.text = line.substr(space + 1);
    return event;
}

} // namespace

std::vector<std::string> event_files(const std::string& directory)
{
    std::vector<std::string> names;
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(directory, error))
        names.push_back(entry.path().filename().string());
    if (error && error != std::errc::no_such_file_or_directory)
        base::fail_errno("list", directory, base::Remedy::fix_config, error.value());
    return names;
}

EventReader::EventReader(const std::string& directory, const std::string& name)
    : path_(directory + "/" + name),
      fd_(::open(path_.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK))
{
    if (!fd_)
        base::fail_errno("open", path_);
    struct stat status{};
    if (::fstat(fd_.get(), &status) != 0 || !S_ISREG(status.st_mode))
        throw base::Failure(base::Remedy::fix_config, path_ + ": no file");
}

void EventReader::seek(std::uint64_t offset)
{
    buffer_.clear();
    taken_ = 0;
    at_ = offset;
    erased_ = offset;
    too_long_ = false;
}

std::uint64_t EventReader::size() const
{
    struct stat status{};
    if (::fstat(fd_.get(), &status) != 0)
        base::fail_errno("stat", path_);
    return static_cast<std::uint64_t>(status.st_size);
}

// The beginning of a line is read again with its rest: a writer that found no room takes
// back what it wrote of one.  Who waits for more keeps no buffer.
bool EventReader::read_more()
{
    const std::size_t had = buffer_.size() - taken_;
    const std::uint64_t end = size();
    buffer_ = {};
    taken_ = 0;
    if (end <= at_ + had)
        return false;
    buffer_.resize(std::min<std::uint64_t>(read_size, end - at_));
    const ssize_t got =
        ::pread(fd_.get(), buffer_.data(), buffer_.size(), static_cast<off_t>(at_));
    if (got < 0)
        base::fail_errno("read", path_);
    buffer_.resize(static_cast<std::size_t>(got));
    return buffer_.size() > had;
}

// No line has such an octet, and only the beginning of a file is erased.
void EventReader::pass_erased()
{
    while (at_ == erased_ && taken_ < buffer_.size() && buffer_[taken_] == '\0') {
        ++taken_;
        at_ = ++erased_;
    }
}

std::optional<std::string_view> EventReader::next_line()
{
    for (;;) {
        pass_erased();
        const std::size_t end = buffer_.find('\n', taken_);
        if (end != buffer_.npos) {
            const std::string_view line =
                std::string_view(buffer_).substr(taken_, end - taken_);
            at_ += line.size() + 1;
            taken_ = end + 1;
            return line;
        }
        if (buffer_.size() - taken_ > longest_line) {
            at_ += buffer_.size() - taken_;
            taken_ = buffer_.size();
            too_long_ = true;
        }
        if (!read_more())
            return std::nullopt;
    }
}

std::optional<EventLine> EventReader::next()
{
    while (const auto line = next_line()) {
        const auto event = too_long_ ? std::nullopt : event_in(*line);
        too_long_ = false;
        if (event)
            return event;
        ++damaged_;
    }
    return std::nullopt;
}

void EventReader::sync() const
{
    base::sync(fd_.get(), path_);
}

bool EventReader::finished()
{
    if (!base::lock(fd_.get()))
        return false;
    const std::uint64_t here = at_; // a line may have come before its writer ended
    const bool more = next().has_value();
    if (more)
        seek(here);
    return !more;
}

// Zeros first: a hole alone leaves the octets in blocks that are free then.
void EventReader::erase(std::uint64_t before) const
{
    static constexpr std::array<char, erase_size> zeros{};
    const auto end = static_cast<off_t>(std::min(before, size()));
    off_t at = ::lseek(fd_.get(), 0, SEEK_DATA); // behind what is a hole
    if (at < 0)
        at = errno == ENXIO ? end : 0;
    while (at < end) {
        const auto left = static_cast<std::size_t>(end - at);
        const std::size_t some = std::min(zeros.size(), left);
        const ssize_t written = ::pwrite(fd_.get(), zeros.data(), some, at);
        if (written < 0)
            base::fail_errno("erase", path_);
        at += written;
    }
    base::sync(fd_.get(), path_);
    (void)::fallocate(fd_.get(), FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, end);
}

void EventReader::remove() const
{
    if (::unlink(path_.c_str()) != 0)
        base::fail_errno("remove", path_);
}

} // namespace spool
