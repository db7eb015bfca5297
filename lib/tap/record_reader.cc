// SPDX-License-Identifier: Apache-2.0
#include "tap/record_reader.h"

#include "base/failure.h"
#include "base/read_at.h"
#include "seal/envelope.h"
#include "tap/layout.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <sys/file.h>
#include <sys/stat.h>

namespace tap {

std::vector<std::string> record_files(const std::string& directory)
{
    std::vector<std::string> names;
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(directory, error)) {
        std::string name = entry.path().filename().string();
        if (!name.ends_with(contents_suffix))
            names.push_back(std::move(name));
    }
    if (error)
        base::fail_errno("list", directory, base::Remedy::fix_config, error.value());
    return names;
}

namespace {

void punch(int fd, const std::string& path, std::uint64_t from, std::uint64_t to)
{
    if (::fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
                    static_cast<off_t>(from), static_cast<off_t>(to - from)) != 0)
        base::fail_errno("empty", path);
}

} // namespace

RecordReader::RecordReader(const std::string& directory, const std::string& name,
                           const Opener& opener)
    : path_(directory + "/" + name),
      fd_(::open(path_.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW)), opener_(&opener)
{
    if (!fd_)
        base::fail_errno("open", path_);
}

std::string RecordReader::read(std::uint64_t offset, std::size_t size) const
{
    return base::read_at(fd_.get(), offset, size, path_);
}

// Closed: there are none (any more).
const base::Fd& RecordReader::contents()
{
    if (contents_)
        return contents_;
    const std::string path = contents_beside(path_);
    contents_ = base::Fd(::open(path.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW));
    if (!contents_ && errno != ENOENT)
        base::fail_errno("open", path);
    return contents_;
}

std::uint64_t RecordReader::size() const
{
    struct stat status{};
    if (::fstat(fd_.get(), &status) != 0)
        base::fail_errno("stat", path_);
    return static_cast<std::uint64_t>(status.st_size);
}

// Throws when it is there and is none of ours: then nothing in the file can be opened.
bool RecordReader::read_file_head()
{
    if (first_)
        return true;
    const auto length = file_head_length(read(0, file_head_size));
    if (!length && length.error() == RecordTrouble::damaged && size() > 0)
        throw base::Failure(base::Remedy::fix_data, "read " + path_ + ": no record file");
    if (!length || *length > size())
        return false;
    const std::string head = read(0, *length);
    const auto text = seal::open(sealed_key_in(head), opener_->certificate, opener_->key);
    seal::Key key{};
    if (!text || text->size() != key.size())
        throw base::Failure(base::Remedy::fix_config,
                            "open " + path_ + ": sealed for another key");
    std::memcpy(key.data(), text->data(), key.size());
    first_ = key;
    head_ = *length;
    return true;
}

const Ratchet& RecordReader::keys_of(std::uint64_t number)
{
    if (!keys_ || keys_->number() > number)
        keys_.emplace(*first_);
    while (keys_->number() < number)
        keys_->advance();
    return *keys_;
}

std::optional<SealedRecord> RecordReader::next()
{
    if (!read_file_head())
        return std::nullopt;
    const std::uint64_t from = std::max(at_, head_);
    const auto head = read_head(read(from, record_head_size));
    if (!head || head->number > from)
        return std::nullopt;
    const std::string bytes = read(from, record_head_size + head->event_size);
    if (!is_sound(bytes))
        return std::nullopt;
    auto event = seal::decrypt(std::string_view(bytes).substr(record_head_size),
                               keys_of(head->number).event_key());
    if (!event)
        return std::nullopt;
    at_ = from + head->size();
    return SealedRecord{.offset = from,
                        .next = at_,
                        .content_offset = from + bytes.size(), // in the file beside
                        .content_size = head->content_size,
                        .number = head->number,
                        .form = head->form,
                        .event = *std::move(event)};
}

std::optional<std::string> RecordReader::content(const SealedRecord& record)
{
    if (record.form == ContentForm::none || !read_file_head() || !contents())
        return std::nullopt;
    std::string bytes = base::read_at(contents().get(), record.content_offset,
                                      record.content_size, contents_beside(path_));
    if (bytes.size() != record.content_size)
        return std::nullopt;
    if (record.form == ContentForm::ours)
        return seal::decrypt(bytes, keys_of(record.number).content_key());
    return without_sum(std::move(bytes));
}

void RecordReader::empty(std::uint64_t from, std::uint64_t to)
{
    if (contents())
        punch(contents().get(), contents_beside(path_), from, to);
    punch(fd_.get(), path_, from, to);
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
    return size() - std::min(size(), std::max(at_, head_));
}

// Contents without events would not be found again.
void RecordReader::remove() const
{
    const std::string contents = contents_beside(path_);
    if (::unlink(contents.c_str()) != 0 && errno != ENOENT)
        base::fail_errno("remove", contents);
    if (::unlink(path_.c_str()) != 0)
        base::fail_errno("remove", path_);
}

} // namespace tap
