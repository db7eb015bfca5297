// SPDX-License-Identifier: Apache-2.0
// audit/files.cc - see the header.
#include "audit/files.h"

#include "base/failure.h"
#include "base/file.h"

#include <fcntl.h>
#include <filesystem>
#include <sys/file.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace audit {

namespace {

using base::fail_errno;

constexpr std::int64_t billion = 1'000'000'000;
constexpr mode_t owner_only = S_IRUSR | S_IWUSR;

base::Fd open_file(const std::string& file, int flags)
{
    base::Fd fd(::open(file.c_str(), flags | O_CLOEXEC | O_NOCTTY, owner_only));
    if (!fd)
        fail_errno("open", file);
    return fd;
}

void write_at(const base::Fd& fd, std::string_view content, off_t offset,
              const std::string& file)
{
    while (!content.empty()) {
        const ssize_t written = ::pwrite(fd.get(), content.data(), content.size(), offset);
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            fail_errno("write", file);
        content.remove_prefix(static_cast<std::size_t>(written));
        offset += written;
    }
}

void sync(const base::Fd& fd, const std::string& file)
{
    if (::fdatasync(fd.get()) != 0)
        fail_errno("sync", file);
}

off_t size_of(const base::Fd& fd, const std::string& file)
{
    struct stat status{};
    if (::fstat(fd.get(), &status) != 0)
        fail_errno("look at", file);
    return status.st_size;
}

} // namespace

Locked::Locked(const Places& places) : fd_(open_file(places.file("lock"), O_RDWR | O_CREAT))
{
    while (::flock(fd_.get(), LOCK_EX) != 0)
        if (errno != EINTR)
            fail_errno("lock", places.file("lock"));
}

Stamp stamp_of(const std::string& file)
{
    struct stat status{};
    if (::stat(file.c_str(), &status) != 0)
        fail_errno("look at", file);
    return {status.st_dev, status.st_ino, status.st_size,
            status.st_ctim.tv_sec * billion + status.st_ctim.tv_nsec};
}

Files read_files(const Places& places)
{
    return {base::read_file_if_there(places.file("log")),
            base::read_file_if_there(places.file("grants")),
            base::read_file_if_there(places.anchor)};
}

void append_line(const std::string& file, std::string_view line)
{
    const base::Fd fd = open_file(file, O_WRONLY);
    const off_t size = size_of(fd, file);
    try {
        write_at(fd, line, size, file);
        sync(fd, file);
    } catch (...) {
        (void)::ftruncate(fd.get(), size); // if that fails, too, the next one cuts it
        throw;
    }
}

void cut_file(const std::string& file, std::size_t size)
{
    const base::Fd fd = open_file(file, O_WRONLY);
    if (::ftruncate(fd.get(), static_cast<off_t>(size)) != 0)
        fail_errno("cut", file);
    sync(fd, file);
}

void write_anchor(const std::string& file, const Heads& heads)
{
    const base::Fd fd = open_file(file, O_WRONLY);
    write_at(fd, encode_anchor(heads), 0, file);
    sync(fd, file);
}

void replace_file(const std::string& file, std::string_view content)
{
    const base::Fd old(::open(file.c_str(), O_WRONLY | O_CLOEXEC));
    base::replace_file(file, content, owner_only);
    if (old)
        base::overwrite(old.get(), file);
}

void refuse_left_behind(const Places& places)
{
    const Places before{std::filesystem::path(places.directory).parent_path(), ""};
    const auto has_log = [](const Places& where) {
        return ::access(where.file("log").c_str(), F_OK) == 0 &&
               ::access(where.file("grants").c_str(), F_OK) == 0;
    };
    if (!has_log(places) && has_log(before))
        throw base::Failure(base::Remedy::fix_config,
                            before.directory +
                                ": has an audit log: move all that is in it "
                                "into " +
                                places.directory);
}

void make_directory(const std::string& directory)
{
    if (::mkdir(directory.c_str(), S_IRWXU) == 0 || errno == EEXIST)
        return;
    if (errno != ENOENT)
        fail_errno("create", directory, base::Remedy::make_room);
    const std::filesystem::path above = std::filesystem::path(directory).parent_path();
    std::error_code error;
    std::filesystem::create_directories(above, error);
    if (error || ::mkdir(directory.c_str(), S_IRWXU) != 0)
        fail_errno("create", directory, base::Remedy::make_room,
                   error ? error.value() : errno);
}

} // namespace audit
