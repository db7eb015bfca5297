// SPDX-License-Identifier: Apache-2.0
// audit/files.cc - see the header.
#include "audit/files.h"

#include "base/failure.h"

#include <algorithm>
#include <array>
#include <fcntl.h>
#include <filesystem>
#include <sys/file.h>
#include <sys/stat.h>
#include <system_error>

namespace audit {

namespace {

using base::fail_errno;

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

void overwrite(const base::Fd& fd, const std::string& file)
{
    static constexpr std::array<char, 65536> zeros{};
    const off_t size = size_of(fd, file);
    for (off_t at = 0; at < size; at += static_cast<off_t>(zeros.size()))
        write_at(
            fd, {zeros.data(), std::min(zeros.size(), static_cast<std::size_t>(size - at))},
            at, file);
    sync(fd, file);
}

std::string read_if_there(const std::string& file)
{
    return ::access(file.c_str(), F_OK) == 0 || errno != ENOENT ? read_whole(file) : "";
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
    return {status.st_dev, status.st_ino, status.st_size};
}

std::string read_whole(const std::string& file)
{
    const base::Fd fd = open_file(file, O_RDONLY);
    std::string out(static_cast<std::size_t>(size_of(fd, file)), '\0');
    std::size_t length = 0;
    while (length < out.size()) {
        const ssize_t got = ::read(fd.get(), out.data() + length, out.size() - length);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            fail_errno("read", file);
        if (got == 0)
            break;
        length += static_cast<std::size_t>(got);
    }
    out.resize(length);
    return out;
}

Files read_files(const Places& places)
{
    return {read_if_there(places.file("log")), read_if_there(places.file("grants")),
            read_if_there(places.anchor)};
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
    const std::string fresh = file + ".new";
    {
        const base::Fd fd = open_file(fresh, O_WRONLY | O_CREAT | O_TRUNC);
        write_at(fd, content, 0, fresh);
        sync(fd, fresh);
    }
    const base::Fd old(::open(file.c_str(), O_WRONLY | O_CLOEXEC));
    if (::rename(fresh.c_str(), file.c_str()) != 0)
        fail_errno("rename", fresh);
    sync_directory_of(file);
    if (old)
        overwrite(old, file);
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

void sync_directory_of(const std::string& file)
{
    const std::string above = std::filesystem::path(file).parent_path().string();
    const base::Fd fd(::open(above.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!fd || ::fsync(fd.get()) != 0)
        fail_errno("sync", above);
}

} // namespace audit
