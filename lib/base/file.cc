// SPDX-License-Identifier: Apache-2.0
// base/file.cc - see the header.
#include "base/file.h"

#include "base/fd.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <fcntl.h>
#include <filesystem>
#include <sys/stat.h>
#include <unistd.h>

namespace base {

namespace {

constexpr std::size_t piece = 1u << 16; // where nothing says how long it is
constexpr mode_t private_mode = S_IRUSR | S_IWUSR;

std::size_t likely_size(int fd)
{
    struct stat status{};
    const bool known = ::fstat(fd, &status) == 0 && S_ISREG(status.st_mode);
    return known && status.st_size > 0 ? static_cast<std::size_t>(status.st_size) : piece;
}

// A file that was just opened, for its content to be written.
Fd open_to_write(const std::string& file, int flags, mode_t mode)
{
    Fd fd(::open(file.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | O_NOCTTY | flags, mode));
    if (!fd)
        fail_errno("create", file, Remedy::make_room);
    return fd;
}

void fill(const Fd& fd, std::string_view octets, const std::string& file, mode_t mode)
{
    write_all(fd.get(), octets, file);
    if (::fchmod(fd.get(), mode) != 0)
        fail_errno("change mode of", file);
}

// What is half there when something throws is removed.
template <class Rest>
void make(const std::string& file, std::string_view octets, mode_t mode, const Rest& rest)
{
    const Fd fd = open_to_write(file, O_EXCL, private_mode);
    try {
        fill(fd, octets, file, mode);
        rest(fd);
    } catch (...) {
        (void)::unlink(file.c_str());
        throw;
    }
}

Fd open_to_read(const std::string& file)
{
    return Fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
}

} // namespace

std::string read_all(int fd, std::string_view name, Remedy remedy, std::size_t limit)
{
    // One octet more than is expected: with it read(2) says at once that this was all.
    std::string out(std::min(likely_size(fd), limit) + 1, '\0');
    std::size_t length = 0;
    while (length <= limit) {
        if (length == out.size())
            out.resize(std::min(2 * out.size(), limit + 1));
        const ssize_t got = ::read(fd, out.data() + length, out.size() - length);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            fail_errno("read", name, remedy);
        if (got == 0)
            break;
        length += static_cast<std::size_t>(got);
    }
    out.resize(length);
    return out;
}

std::string read_file(const std::string& file, Remedy remedy, std::size_t limit)
{
    const Fd fd = open_to_read(file);
    if (!fd)
        fail_errno("open", file, remedy);
    return read_all(fd.get(), file, remedy, limit);
}

std::string read_file_if_there(const std::string& file)
{
    const Fd fd = open_to_read(file);
    if (!fd && errno == ENOENT)
        return {};
    if (!fd)
        fail_errno("open", file);
    return read_all(fd.get(), file);
}

void write_all(int fd, std::string_view octets, std::string_view name, Remedy remedy)
{
    while (!octets.empty()) {
        const ssize_t written = ::write(fd, octets.data(), octets.size());
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            fail_errno("write", name, remedy);
        octets.remove_prefix(static_cast<std::size_t>(written));
    }
}

void overwrite(int fd, std::string_view name)
{
    static constexpr std::array<char, piece> zeros{};
    struct stat status{};
    if (::fstat(fd, &status) != 0 || ::lseek(fd, 0, SEEK_SET) != 0)
        fail_errno("overwrite", name);
    for (auto left = static_cast<std::size_t>(status.st_size); left > 0;) {
        const std::size_t some = std::min(left, zeros.size());
        write_all(fd, {zeros.data(), some}, name);
        left -= some;
    }
    sync(fd, name);
}

void sync(int fd, std::string_view name)
{
    if (::fsync(fd) != 0)
        fail_errno("sync", name);
}

void sync_directory(const std::string& directory)
{
    const Fd fd(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!fd)
        fail_errno("open", directory);
    sync(fd.get(), directory);
}

void sync_directory_of(const std::string& file)
{
    sync_directory(std::filesystem::absolute(file).parent_path().string());
}

void make_file(const std::string& file, std::string_view octets, mode_t mode)
{
    make(file, octets, mode, [&](const Fd& fd) {
        sync(fd.get(), file);
        sync_directory_of(file);
    });
}

void make_scratch_file(const std::string& file, std::string_view octets, mode_t mode)
{
    make(file, octets, mode, [](const Fd&) {});
}

void replace_file(const std::string& file, std::string_view octets, mode_t mode)
{
    const std::string fresh = file + ".new";
    {
        const Fd fd = open_to_write(fresh, O_TRUNC, private_mode);
        fill(fd, octets, fresh, mode);
        sync(fd.get(), fresh);
    }
    if (std::rename(fresh.c_str(), file.c_str()) != 0)
        fail_errno("rename", fresh);
    sync_directory_of(file);
}

} // namespace base
