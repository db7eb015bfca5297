// SPDX-License-Identifier: Apache-2.0
#include "tap/arena.h"

#include "base/failure.h"

#include <algorithm>
#include <atomic>
#include <cassert>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <utility>

namespace tap {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view magic = "spontsA1";
constexpr std::size_t page = 4096;       // the head has one of its own
constexpr std::uint64_t most = 1u << 30; // larger files are not ours
// There is some, but it is not here; or it was given up.
constexpr std::uint32_t no_content = ~0u;
constexpr std::uint32_t given_up = no_content - 1;

enum Kind : std::uint32_t { unused, octets, record };

// Its directory, too.
base::LockedFile new_file(const std::string& directory)
{
    if (::mkdir(directory.c_str(), 0700) != 0 && errno != EEXIST)
        base::fail_errno("mkdir", directory, base::Remedy::fix_config);
    return base::new_locked_file(directory, 0600);
}

} // namespace

struct Arena::Head {
    char magic[8];
};

struct Arena::Chunk {
    std::atomic<std::uint32_t> kind;
    std::atomic<std::uint32_t> next;    // 0: the last
    std::atomic<std::uint32_t> content; // of a record: its first chunk; 0: none
    std::uint32_t used;
    char text[chunk_size - 16];
};

Arena::Mapping::Mapping(int fd, std::size_t octets, int flags)
    : begin(::mmap(nullptr, octets, PROT_READ | PROT_WRITE, MAP_SHARED | flags, fd, 0)),
      size(octets)
{
    if (begin == MAP_FAILED)
        base::fail_errno("mmap", "memory of records", base::Remedy::fix_config);
}

Arena::Mapping::~Mapping()
{
    ::munmap(begin, size);
}

Arena::File::~File()
{
    if (!left_)
        ::unlink(path_.c_str());
}

Arena::Arena(const std::string& directory, std::size_t size) : file_(new_file(directory))
{
    const auto chunks =
        static_cast<std::uint32_t>(std::max<std::size_t>(size / chunk_size, 1));
    const std::size_t whole = page + std::size_t{chunks} * chunk_size;
    if (const int error = ::posix_fallocate(file_.fd(), 0, static_cast<off_t>(whole)))
        base::fail_errno("make room", directory, base::Remedy::fix_config, error);
    map_.emplace(file_.fd(), whole, MAP_POPULATE);
    std::memcpy(static_cast<Head*>(map_->begin)->magic, magic.data(), magic.size());
    kept_ = chunks / 4;
    for (std::uint32_t number = 1; number <= chunks; ++number)
        free_.push_back(number);
}

Arena::Chunk& Arena::chunk(std::uint32_t number) const
{
    char* const first = static_cast<char*>(map_->begin) + page;
    return *reinterpret_cast<Chunk*>(first + std::size_t{number - 1} * chunk_size);
}

// The one that was given back first: those that were wiped last are in the cache of the
// processor that has done it, and dear to get from there.
std::uint32_t Arena::take(Use use)
{
    std::uint32_t number = 0;
    {
        const std::scoped_lock lock(mutex_);
        if (free_.size() <= (use == Use::content ? kept_ : 0))
            return 0;
        number = free_.front();
        free_.pop_front();
    }
    Chunk& fresh = chunk(number);
    fresh.next = 0;
    fresh.content = 0;
    fresh.used = 0;
    fresh.kind = octets;
    return number;
}

void Arena::give_back(std::uint32_t first)
{
    if (file_.is_left())
        return;
    for (std::uint32_t number = first; number != 0;) {
        Chunk& old = chunk(number);
        old.kind = unused; // first: no record leads to what is wiped
        ::explicit_bzero(old.text, old.used);
        const std::uint32_t next = old.next;
        const std::scoped_lock lock(mutex_);
        free_.push_back(number);
        number = next;
    }
}

Arena::Chain::Chain(Chain&& other) noexcept
    : arena_(std::move(other.arena_)), first_(std::exchange(other.first_, 0)),
      last_(std::exchange(other.last_, 0)), size_(std::exchange(other.size_, 0)),
      use_(other.use_)
{
}

Arena::Chain& Arena::Chain::operator=(Chain&& other) noexcept
{
    std::swap(arena_, other.arena_);
    std::swap(first_, other.first_);
    std::swap(last_, other.last_);
    std::swap(size_, other.size_);
    std::swap(use_, other.use_);
    return *this;
}

Arena::Chain::~Chain()
{
    if (arena_)
        arena_->give_back(first_);
}

std::size_t Arena::Chain::append(std::string_view bytes)
{
    std::size_t taken = 0;
    while (arena_ && taken < bytes.size()) {
        if (last_ == 0 || arena_->chunk(last_).used == sizeof(Chunk::text)) {
            const std::uint32_t next = arena_->take(use_);
            if (next == 0)
                break;
            if (last_ != 0)
                arena_->chunk(last_).next = next;
            else
                first_ = next;
            last_ = next;
        }
        Chunk& to = arena_->chunk(last_);
        const std::size_t n = std::min(bytes.size() - taken, sizeof(Chunk::text) - to.used);
        std::memcpy(to.text + to.used, bytes.data() + taken, n);
        to.used += static_cast<std::uint32_t>(n);
        taken += n;
    }
    size_ += taken;
    return taken;
}

std::string_view Arena::Chain::beginning() const
{
    if (first_ == 0)
        return {};
    const Chunk& first = arena_->chunk(first_);
    return {first.text, first.used};
}

void Arena::Chain::copy_to(std::string& out, std::uint64_t enough) const
{
    std::uint64_t copied = 0;
    for (std::uint32_t number = first_; number != 0 && copied < enough;) {
        const Chunk& from = arena_->chunk(number);
        out.append(from.text, from.used);
        copied += from.used;
        number = from.next;
    }
}

void Arena::Chain::rewrite(std::string_view beginning)
{
    if (first_ == 0)
        return;
    Chunk& first = arena_->chunk(first_);
    assert(beginning.size() <= first.used);
    std::memcpy(first.text, beginning.data(), beginning.size());
}

void Arena::Chain::commit(const Chain* content)
{
    if (first_ == 0)
        return;
    Chunk& first = arena_->chunk(first_);
    if (content != nullptr)
        first.content = content->first_ != 0 ? content->first_ : no_content;
    first.kind.store(record, std::memory_order_release);
}

void Arena::Chain::forget_content()
{
    if (first_ != 0)
        arena_->chunk(first_).content = given_up;
}

// What a kill can leave: any chunk may be half written, but for records and what they lead
// to.  What does not fit together is left out.
std::optional<std::string> Arena::text_of(const Mapping& map, std::uint32_t chunks,
                                          std::uint32_t first)
{
    const char* const begin = static_cast<const char*>(map.begin) + page;
    std::string text;
    std::uint32_t steps = 0;
    for (std::uint32_t number = first; number != 0; ++steps) {
        if (number > chunks || steps > chunks)
            return std::nullopt;
        const auto& from =
            *reinterpret_cast<const Chunk*>(begin + std::size_t{number - 1} * chunk_size);
        if (from.kind == unused || from.used > sizeof from.text)
            return std::nullopt;
        text.append(from.text, from.used);
        number = from.next;
    }
    return text;
}

std::vector<Arena::Found> Arena::records_in(const Mapping& map)
{
    const auto chunks = static_cast<std::uint32_t>((map.size - page) / chunk_size);
    const char* const begin = static_cast<const char*>(map.begin) + page;
    std::vector<Found> all;
    for (std::uint32_t number = 1; number <= chunks; ++number) {
        const auto& first =
            *reinterpret_cast<const Chunk*>(begin + std::size_t{number - 1} * chunk_size);
        if (first.kind != record)
            continue;
        auto text = text_of(map, chunks, number);
        if (!text)
            continue;
        Found& found = all.emplace_back(*std::move(text));
        found.gave_content_up = first.content == given_up;
        if (first.content != 0 && first.content <= chunks)
            found.content = text_of(map, chunks, first.content);
    }
    return all;
}

std::optional<base::LockedFile> Arena::abandoned(const std::string& path)
{
    base::LockedFile file{path,
                          base::Fd(::open(path.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW))};
    if (!file.fd || !base::lock(file.fd.get()))
        return std::nullopt;
    return file;
}

// Who was killed before it was ready has left zeros, if anything.
std::optional<Arena::Left> Arena::adopt_file(const std::string& path)
{
    auto file = abandoned(path);
    struct stat status{};
    Head head{};
    if (!file || ::fstat(file->fd.get(), &status) != 0 ||
        ::pread(file->fd.get(), &head, sizeof head, 0) < 0)
        return std::nullopt;
    const auto size = static_cast<std::uint64_t>(status.st_size);
    const std::string_view kind(head.magic, sizeof head.magic);
    const bool unborn = kind == std::string_view("\0\0\0\0\0\0\0\0", sizeof head.magic);
    const bool whole = kind == magic && size >= page + chunk_size;
    if (size > most || (!unborn && !whole))
        return std::nullopt;
    Left left;
    if (whole)
        left.records = records_in(Mapping(file->fd.get(), size, 0));
    left.file = std::make_shared<File>(*std::move(file));
    return left;
}

std::vector<Arena::Left> Arena::adopt(const std::string& directory)
{
    std::vector<Left> all;
    std::error_code ignored;
    for (fs::directory_iterator at(directory, ignored), end; at != end;
         at.increment(ignored)) {
        try {
            if (auto left = adopt_file(at->path().string()))
                all.push_back(*std::move(left));
        } catch (const base::Failure&) {
            continue; // no memory for it now: it stays where it is
        }
    }
    return all;
}

} // namespace tap
