// SPDX-License-Identifier: Apache-2.0
#include "spool/hidden_mail.h"

#include "base/failure.h"
#include "base/file.h"
#include "seal/digest.h"
#include "spool/layout.h"
#include "text/lines.h"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <iterator>
#include <string_view>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>
#include <vector>

namespace spool {

namespace {

constexpr mode_t file_mode = 0600;
constexpr mode_t directory_mode = 0700;
constexpr std::size_t name_digits = 64;
constexpr std::string_view name_word = "user ";
constexpr std::size_t line_size = 14; // an id and its newline
// Of a file that is longer, what is in front is passed over.
constexpr std::size_t most_octets = 2 * HiddenMail::most_ids * line_size;

struct Content {
    std::string user; // as a line says it; whether it is his file is another matter
    std::vector<MessageId> ids;
};

Content parse(std::string_view text)
{
    Content content;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        const std::string_view line = text.substr(0, end);
        if (const auto id = MessageId::parse(line))
            content.ids.push_back(*id);
        else if (line.starts_with(name_word))
            content.user = line.substr(name_word.size());
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return content;
}

std::string name_line(const std::string& user)
{
    if (user.empty() || text::has_control(user))
        return {};
    return std::string(name_word) + user + "\n";
}

std::string lines_of(std::span<const MessageId> ids)
{
    std::string lines;
    lines.reserve(ids.size() * line_size);
    for (const MessageId id : ids)
        lines.append(id.text()).append(1, '\n');
    return lines;
}

std::span<const MessageId> newest(std::span<const MessageId> ids)
{
    return ids.last(std::min(ids.size(), HiddenMail::most_ids));
}

// Of the user's file, the ids oldest first; empty if there is none.
Content read_content(const std::string& path)
{
    const base::Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
    if (!fd && errno == ENOENT)
        return {};
    if (!fd)
        base::fail_errno("open", path, base::Remedy::check_disk);
    const off_t size = ::lseek(fd.get(), 0, SEEK_END);
    const off_t from = std::max<off_t>(0, size - static_cast<off_t>(most_octets));
    if (size < 0 || ::lseek(fd.get(), from, SEEK_SET) < 0)
        base::fail_errno("read", path, base::Remedy::check_disk);
    return parse(base::read_all(fd.get(), path, base::Remedy::check_disk, most_octets));
}

bool is_users(const std::string& name)
{
    return name.size() == name_digits &&
           name.find_first_not_of("0123456789abcdef") == name.npos;
}

std::vector<std::string> files_in(const std::string& directory)
{
    std::vector<std::string> files;
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(directory, error))
        if (is_users(entry.path().filename().string()))
            files.push_back(entry.path().string());
    if (error && error != std::errc::no_such_file_or_directory)
        base::fail_errno("list", directory,
                         error == std::errc::permission_denied
                             ? base::Remedy::get_permission
                             : base::Remedy::check_disk,
                         error.value());
    return files;
}

// Nobody else writes in the directory until it is closed.  `how`: LOCK_NB does not wait;
// then it is empty while others do.
base::Fd lock(const std::string& directory, int how = 0)
{
    base::Fd fd(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!fd)
        base::fail_errno("open", directory, base::Remedy::check_disk);
    while (::flock(fd.get(), LOCK_EX | how) != 0) {
        if (errno == EWOULDBLOCK)
            return {};
        if (errno != EINTR)
            base::fail_errno("lock", directory, base::Remedy::check_disk);
    }
    return fd;
}

bool is_empty(const std::string& path)
{
    struct stat status{};
    return ::stat(path.c_str(), &status) == 0 && status.st_size == 0;
}

} // namespace

std::string HiddenMail::file_of(const std::string& user)
{
    return seal::hex(seal::sha256(user));
}

std::string HiddenMail::path_of(const std::string& user) const
{
    return hidden_mail_directory(spool_) + "/" + file_of(user);
}

void HiddenMail::make_directory() const
{
    const std::string directory = hidden_mail_directory(spool_);
    if (::mkdir(directory.c_str(), directory_mode) == 0)
        base::sync_directory(spool_);
    else if (errno != EEXIST)
        base::fail_errno("create", directory, base::Remedy::fix_config);
}

std::set<MessageId> HiddenMail::read(const std::string& user) const
{
    const std::vector<MessageId> ids = read_content(path_of(user)).ids;
    const auto kept = newest(ids);
    return {kept.begin(), kept.end()};
}

std::vector<HiddenMail::Hidden> HiddenMail::all() const
{
    std::vector<Hidden> all;
    for (const std::string& path : files_in(hidden_mail_directory(spool_))) {
        Content content = read_content(path);
        if (content.ids.empty())
            continue;
        std::string file = path.substr(path.rfind('/') + 1);
        if (file_of(content.user) != file)
            content.user.clear();
        all.push_back({std::move(file), std::move(content.user), std::move(content.ids)});
    }
    return all;
}

void HiddenMail::add(const std::string& user, std::span<const MessageId> ids) const
{
    if (ids.empty())
        return;
    make_directory();
    const base::Fd locked = lock(hidden_mail_directory(spool_));
    const std::string path = path_of(user);
    const base::Fd fd(::open(
        path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, file_mode));
    if (!fd)
        base::fail_errno("open", path, base::Remedy::check_disk);
    // What a crash has torn at the end ends here.
    const std::string before = is_empty(path) ? name_line(user) : "\n";
    base::write_all(fd.get(), before + lines_of(ids), path);
    base::sync(fd.get(), path);
    base::sync_directory(hidden_mail_directory(spool_));
    struct stat status{};
    if (::fstat(fd.get(), &status) == 0 &&
        static_cast<std::uint64_t>(status.st_size) > most_octets)
        base::replace_file(path, name_line(user) + lines_of(newest(read_content(path).ids)),
                           file_mode);
}

std::size_t HiddenMail::forget(const std::string& path,
                               const std::set<MessageId>& gone) const
{
    Content content = read_content(path);
    const std::size_t forgotten =
        std::erase_if(content.ids, [&](MessageId id) { return gone.contains(id); });
    if (content.ids.empty())
        (void)::unlink(path.c_str());
    else if (forgotten > 0)
        base::replace_file(path, name_line(content.user) + lines_of(newest(content.ids)),
                           file_mode);
    return forgotten;
}

std::size_t HiddenMail::show_again(const std::string& file,
                                   std::span<const MessageId> ids) const
{
    const std::string directory = hidden_mail_directory(spool_);
    const base::Fd locked = lock(directory);
    const std::size_t forgotten =
        forget(directory + "/" + file, std::set<MessageId>(ids.begin(), ids.end()));
    base::sync_directory(directory);
    return forgotten;
}

void HiddenMail::prune(const std::function<bool(MessageId)>& queued)
{
    const std::string directory = hidden_mail_directory(spool_);
    std::map<std::string, std::vector<MessageId>> missing;
    for (const std::string& path : files_in(directory)) {
        const std::vector<MessageId> ids = read_content(path).ids;
        std::set<MessageId> now;
        std::ranges::remove_copy_if(ids, std::inserter(now, now.end()), queued);
        std::set<MessageId> gone;
        std::ranges::set_intersection(now, missing_[path], std::inserter(gone, gone.end()));
        if (ids.empty() || !gone.empty()) {
            const base::Fd locked = lock(directory, LOCK_NB);
            if (locked)
                forget(path, gone);
            else
                gone.clear();
        }
        std::erase_if(now, [&](MessageId id) { return gone.contains(id); });
        if (!now.empty())
            missing[path].assign(now.begin(), now.end());
    }
    missing_ = std::move(missing);
}

} // namespace spool
