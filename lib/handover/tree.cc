// SPDX-License-Identifier: Apache-2.0
// handover/tree.cc - see the header.
#include "handover/tree.h"

#include "base/failure.h"
#include "base/fd.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <sys/stat.h>
#include <unistd.h>

namespace handover {

namespace {

namespace fs = std::filesystem;

constexpr mode_t private_mode = 0600;

void sync(const base::Fd& fd, const std::string& file)
{
    if (::fsync(fd.get()) != 0)
        base::fail_errno("write", file);
}

} // namespace

WorkDirectory::WorkDirectory(const std::string& beside)
    : path_((fs::absolute(beside).parent_path() / ".image-XXXXXX").string())
{
    if (::mkdtemp(path_.data()) == nullptr)
        base::fail_errno("make directory beside", beside, base::Remedy::make_room);
}

WorkDirectory::~WorkDirectory()
{
    std::error_code ignored; // nothing can be done about it here
    fs::remove_all(path_, ignored);
}

std::string read_tree_file(const std::string& file)
{
    const base::Fd fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
    struct stat status{};
    if (!fd || ::fstat(fd.get(), &status) != 0)
        base::fail_errno("read", file, base::Remedy::supply_input);
    std::string out(static_cast<std::size_t>(status.st_size), '\0');
    std::size_t at = 0;
    while (at < out.size()) {
        const ssize_t got = ::read(fd.get(), out.data() + at, out.size() - at);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            base::fail_errno("read", file);
        if (got == 0)
            throw base::Failure(base::Remedy::check_disk, "read " + file + ": cut short");
        at += static_cast<std::size_t>(got);
    }
    return out;
}

void write_tree_file(const std::string& file, std::string_view octets)
{
    constexpr int flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC;
    const base::Fd fd(::open(file.c_str(), flags, private_mode));
    if (!fd)
        base::fail_errno("make", file, base::Remedy::make_room);
    while (!octets.empty()) {
        const ssize_t written = ::write(fd.get(), octets.data(), octets.size());
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            base::fail_errno("write", file);
        octets.remove_prefix(static_cast<std::size_t>(written));
    }
    sync(fd, file);
}

std::vector<std::string> list_tree(const std::string& directory)
{
    std::vector<std::string> out;
    std::error_code error;
    fs::recursive_directory_iterator all(directory, error);
    for (; !error && all != fs::recursive_directory_iterator(); all.increment(error)) {
        const auto status = all->symlink_status();
        if (fs::is_directory(status))
            continue;
        if (!fs::is_regular_file(status))
            throw base::Failure(base::Remedy::fix_data,
                                all->path().string() + ": neither file nor directory");
        out.push_back(all->path().lexically_relative(directory).string());
    }
    if (error)
        base::fail_errno("read", directory, base::Remedy::supply_input, error.value());
    std::ranges::sort(out);
    return out;
}

void set_times(const std::string& directory, std::int64_t seconds)
{
    const timespec times[] = {{seconds, 0}, {seconds, 0}};
    const auto set = [&](const std::string& path) {
        if (::utimensat(AT_FDCWD, path.c_str(), times, AT_SYMLINK_NOFOLLOW) != 0)
            base::fail_errno("set time of", path);
    };
    for (const auto& entry : fs::recursive_directory_iterator(directory))
        set(entry.path().string());
    set(directory);
}

void publish_file(const std::string& from, const std::string& to)
{
    const base::Fd file(::open(from.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file)
        base::fail_errno("read", from);
    if (::fchmod(file.get(), private_mode) != 0)
        base::fail_errno("chmod", from);
    sync(file, from);
    if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) != 0)
        base::fail_errno("make", to, base::Remedy::make_room);
    const std::string parent = fs::absolute(to).parent_path().string();
    const base::Fd directory(::open(parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!directory)
        base::fail_errno("open", parent);
    sync(directory, parent);
}

} // namespace handover
