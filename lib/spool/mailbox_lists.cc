// SPDX-License-Identifier: Apache-2.0
#include "spool/mailbox_lists.h"

#include "base/failure.h"
#include "base/fd.h"
#include "base/file.h"
#include "seal/digest.h"
#include "spool/layout.h"
#include "spool/queue_files.h"

#include <fmt/format.h>

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <filesystem>
#include <sys/stat.h>
#include <unistd.h>

namespace spool {

namespace {

constexpr mode_t file_mode = 0600;
constexpr mode_t directory_mode = 0700;
constexpr std::size_t name_digits = 64;
constexpr std::int64_t time_to_write = 3600; // seconds; then whoever wrote is dead
constexpr std::int64_t nanoseconds = 1'000'000'000;
// Then the clock has been set back since: its age is counted from now on.
constexpr std::int64_t too_far_ahead = 86400;

bool is_users(std::string_view name)
{
    return name.size() == name_digits &&
           name.find_first_not_of("0123456789abcdef") == name.npos;
}

bool is_half_written(std::string_view name)
{
    return name.size() > name_digits && name[name_digits] == '.' &&
           is_users(name.substr(0, name_digits));
}

std::string name_of_next(const std::string& path)
{
    static std::atomic<std::uint64_t> next = 0;
    return fmt::format("{}.{}.{}", path, ::getpid(), next++);
}

void make_list(const std::string& spool, const std::string& path, std::string_view text)
{
    (void)::unlink(path.c_str()); // of one who died and had our number
    const base::Fd fd(::open(
        path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, file_mode));
    if (!fd)
        base::fail_errno("create", path, base::Remedy::check_disk);
    give_to_owner(spool, fd.get());
    base::write_all(fd.get(), text, path);
}

std::int64_t age_of(const std::string& path)
{
    struct stat status{};
    if (::lstat(path.c_str(), &status) != 0)
        return 0;
    return base::wall_seconds() - status.st_mtim.tv_sec;
}

} // namespace

std::string MailboxLists::path_of(const std::string& user) const
{
    return lists_directory(spool_) + "/" + seal::hex(seal::sha256(user));
}

std::optional<MailboxLists::Stamp> MailboxLists::stamp(const std::string& user) const
{
    struct stat status{};
    if (::lstat(path_of(user).c_str(), &status) != 0)
        return std::nullopt;
    return Stamp{.file = status.st_ino,
                 .written = status.st_mtim.tv_sec * nanoseconds + status.st_mtim.tv_nsec};
}

KeptList MailboxLists::read(const std::string& user) const
{
    const std::string path = path_of(user);
    const base::Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
    if (!fd && errno == ENOENT)
        return {};
    if (!fd)
        base::fail_errno("open", path, base::Remedy::check_disk);
    const std::string text = base::read_all(fd.get(), path, base::Remedy::check_disk,
                                            longest_list_text(most_messages));
    return parse_list_text(text).value_or(KeptList{});
}

void MailboxLists::write(const std::string& user, const KeptList& list) const
{
    const std::string path = path_of(user);
    if (list.mails.empty()) {
        if (::unlink(path.c_str()) != 0 && errno != ENOENT)
            base::fail_errno("remove", path, base::Remedy::check_disk);
        return;
    }
    const std::string fresh = name_of_next(path);
    try {
        make_list(spool_, fresh, list_text(list));
        if (::rename(fresh.c_str(), path.c_str()) != 0)
            base::fail_errno("rename", fresh, base::Remedy::check_disk);
    } catch (const base::Failure&) {
        (void)::unlink(fresh.c_str());
        throw;
    }
}

std::size_t MailboxLists::forget_older(base::seconds age) const
{
    std::size_t forgotten = 0;
    std::error_code error;
    for (std::filesystem::directory_iterator next(lists_directory(spool_), error), end;
         !error && next != end; next.increment(error)) {
        const std::string path = next->path().string();
        const std::string name = next->path().filename().string();
        if (is_users(name) && age_of(path) >= age.count())
            forgotten += ::unlink(path.c_str()) == 0 ? 1 : 0;
        else if (is_users(name) && age_of(path) < -too_far_ahead)
            (void)::utimensat(AT_FDCWD, path.c_str(), nullptr, AT_SYMLINK_NOFOLLOW);
        else if (is_half_written(name) && age_of(path) >= time_to_write)
            (void)::unlink(path.c_str());
    }
    return forgotten;
}

void make_lists_directory(const std::string& spool)
{
    make_folder(spool, lists_directory(spool), directory_mode);
}

} // namespace spool
