// SPDX-License-Identifier: Apache-2.0
#include "tap/record_reader.h"

#include "base/failure.h"
#include "tap/record.h"

#include <algorithm>
#include <fcntl.h>
#include <filesystem>
#include <sys/file.h>
#include <sys/stat.h>

namespace tap {

std::vector<std::string> record_files(const std::string& directory)
{
    std::vector<std::string> names;
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(directory, error))
        names.push_back(entry.path().filename().string());
    if (error)
        base::fail_errno("list", directory, base::Remedy::fix_config, error.value());
    return names;
}

RecordReader::RecordReader(const std::string& directory, const std::string& name)
    : path_(directory + "/" + name),
      fd_(::open(path_.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW))
{
    if (!fd_)
        base::fail_errno("open", path_);
}

std::string RecordReader::read(std::uint64_t offset, std::size_t size) const
{
    std::string bytes(size, '\0');
    std::size_t got = 0;
    while (got < size) {
        const ssize_t n = ::pread(fd_.get(), bytes.data() + got, size - got,
                                  static_cast<off_t>(offset + got));
        if (n < 0)
            base::fail_errno("read", path_);
        if (n == 0)
            break;
        got += static_cast<std::size_t>(n);
    }
    bytes.resize(got);
    return bytes;
}

std::uint64_t RecordReader::size() const
{
    struct stat status{};
    if (::fstat(fd_.get(), &status) != 0)
        base::fail_errno("stat", path_);
    return static_cast<std::uint64_t>(status.st_size);
}

std::optional<SealedRecord> RecordReader::next()
{
    const auto head = read_head(read(at_, record_head_size));
    if (!head || at_ + head->size() > size())
        return std::nullopt;
    const std::string bytes = read(at_, record_head_size + head->event_size);
    if (!is_sound(bytes))
        return std::nullopt;
    const SealedRecord record{.offset = at_,
                              .next = at_ + head->size(),
                              .content_offset = at_ + bytes.size(),
                              .content_size = head->content_size,
                              .event = bytes.substr(record_head_size)};
    at_ = record.next;
    return record;
}

std::optional<std::string> RecordReader::content(const SealedRecord& record) const
{
    std::string bytes = read(record.content_offset, record.content_size);
    const bool there = bytes.size() == record.content_size &&
                       std::ranges::any_of(bytes.substr(0, 4), [](char c) { return c; });
    return there ? std::optional(std::move(bytes)) : std::nullopt;
}

void RecordReader::empty_content(const SealedRecord& record) const
{
    if (record.content_size > 0 &&
        ::fallocate(fd_.get(), FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
                    static_cast<off_t>(record.content_offset),
                    static_cast<off_t>(record.content_size)) != 0)
        base::fail_errno("empty", path_);
}

void RecordReader::empty(const SealedRecord& record) const
{
    if (::fallocate(fd_.get(), FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
                    static_cast<off_t>(record.offset),
                    static_cast<off_t>(record.next - record.offset)) != 0)
        base::fail_errno("empty", path_);
}

bool RecordReader::finished()
{
    if (::flock(fd_.get(), LOCK_EX | LOCK_NB) != 0)
        return false;
    const std::uint64_t here = at_;
    const bool more = next().has_value(); // written before its writer ended
    at_ = here;
    return !more;
}

std::uint64_t RecordReader::left_over() const
{
    return size() - std::min(size(), at_);
}

void RecordReader::remove() const
{
    if (::unlink(path_.c_str()) != 0)
        base::fail_errno("remove", path_);
}

} // namespace tap
