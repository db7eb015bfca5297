// SPDX-License-Identifier: Apache-2.0
#include "spool/queue_files.h"

#include "base/failure.h"
#include "base/file.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <sys/stat.h>
#include <unistd.h>

namespace spool {

namespace {

constexpr std::string_view results_prefix = "results.";
constexpr std::size_t read_block = 1u << 20;
constexpr mode_t file_mode = 0640;

// Reports the complete lines of `text` and returns the length of the incomplete rest.
struct LineCutter {
    const std::function<bool(std::string_view, std::uint64_t)>& line;
    std::uint64_t offset = 0; // in the file, of the next byte to report
    bool stopped = false;

    std::size_t cut(std::string_view text)
    {
        while (!stopped) {
            const std::size_t end = text.find('\n');
            if (end == std::string_view::npos)
                break;
            offset += end + 1;
            stopped = !line(text.substr(0, end), offset);
            text.remove_prefix(end + 1);
        }
        return text.size();
    }
};

} // namespace

std::string QueueFiles::results(std::uint64_t generation) const
{
    return fmt::format("{}/{}{}", folder(), results_prefix, generation);
}

std::vector<std::uint64_t> QueueFiles::generations() const
{
    std::vector<std::uint64_t> found;
    std::error_code error;
    for (const auto& file : std::filesystem::directory_iterator(folder(), error)) {
        const std::string name = file.path().filename();
        std::uint64_t generation = 0;
        if (!name.starts_with(results_prefix))
            continue;
        const char* const digits = name.data() + results_prefix.size();
        const char* const end = name.data() + name.size();
        const auto result = std::from_chars(digits, end, generation);
        if (result.ec == std::errc{} && result.ptr == end)
            found.push_back(generation);
    }
    std::ranges::sort(found);
    return found;
}

void QueueFiles::sync_folder() const
{
    base::sync_directory(folder());
}

void QueueFiles::check_spool() const
{
    struct stat status{};
    if (::stat(directory.c_str(), &status) != 0 || !S_ISDIR(status.st_mode))
        throw base::Failure(base::Remedy::fix_config, "no spool at " + directory);
}

void QueueFiles::make_folder() const
{
    spool::make_folder(directory, folder());
}

void make_folder(const std::string& spool, const std::string& path, mode_t mode)
{
    QueueFiles{spool}.check_spool();
    if (::mkdir(path.c_str(), mode) != 0) {
        if (errno != EEXIST)
            base::fail_errno("mkdir", path);
        return;
    }
    const base::Fd made(
        ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (!made)
        base::fail_errno("open", path);
    give_to_owner(spool, made.get());
}

base::Fd open_or_make(const std::string& spool, const std::string& path, int flags)
{
    flags |= O_CLOEXEC | O_NOFOLLOW;
    base::Fd made(::open(path.c_str(), flags | O_CREAT | O_EXCL, file_mode));
    if (made)
        give_to_owner(spool, made.get());
    if (made || errno != EEXIST)
        return made;
    return base::Fd(::open(path.c_str(), flags));
}

void give_to_owner(const std::string& spool, int file)
{
    struct stat owner{};
    if (::geteuid() != 0)
        return;
    if (::stat(spool.c_str(), &owner) != 0 ||
        ::fchown(file, owner.st_uid, owner.st_gid) != 0)
        base::fail_errno("give to its owner a new file of", spool);
}

void for_each_line(
    const base::Fd& file, const std::string& path,
    const std::function<bool(std::string_view line, std::uint64_t end)>& line)
{
    std::string buffer;
    std::size_t kept = 0; // incomplete line at the front of the buffer
    std::uint64_t offset = 0;
    LineCutter cutter{line};
    while (!cutter.stopped) {
        buffer.resize(kept + read_block);
        const ssize_t got = ::pread(file.get(), buffer.data() + kept, read_block,
                                    static_cast<off_t>(offset));
        if (got < 0)
            base::fail_errno("read", path);
        if (got == 0)
            return;
        offset += static_cast<std::uint64_t>(got);
        const std::size_t filled = kept + static_cast<std::size_t>(got);
        kept = cutter.cut(std::string_view(buffer).substr(0, filled));
        std::memmove(buffer.data(), buffer.data() + filled - kept, kept);
    }
}

std::size_t write_at(int file, std::string_view bytes, std::uint64_t offset)
{
    std::size_t done = 0;
    while (done < bytes.size()) {
        const ssize_t wrote = ::pwrite(file, bytes.data() + done, bytes.size() - done,
                                       static_cast<off_t>(offset + done));
        if (wrote < 0 && errno == EINTR)
            continue;
        if (wrote <= 0)
            break;
        done += static_cast<std::size_t>(wrote);
    }
    return done;
}

} // namespace spool
