// SPDX-License-Identifier: Apache-2.0
// handover/tree.cc - see the header.
#include "handover/tree.h"

#include "base/failure.h"
#include "base/fd.h"
#include "base/file.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <ranges>
#include <sys/stat.h>
#include <unistd.h>

namespace handover {

namespace {

namespace fs = std::filesystem;

constexpr mode_t private_mode = 0600;

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

void make_directory(const std::string& directory)
{
    constexpr mode_t private_directory = 0700;
    if (::mkdir(directory.c_str(), private_directory) == 0)
        return base::sync_directory_of(directory);
    if (errno != EEXIST)
        base::fail_errno("make", directory, base::Remedy::make_room);
}

void destroy_file(const std::string& file)
{
    const base::Fd fd(::open(file.c_str(), O_WRONLY | O_CLOEXEC | O_NOFOLLOW));
    if (!fd && errno == ENOENT)
        return;
    if (!fd)
        base::fail_errno("destroy", file);
    base::overwrite(fd.get(), file);
    if (::unlink(file.c_str()) != 0)
        base::fail_errno("remove", file);
    base::sync_directory_of(file);
}

std::vector<std::string> list_tree(const std::string& directory)
{
    std::vector<std::string> out;
    std::error_code error;
    fs::recursive_directory_iterator all(directory, error);
    for (; !error && all != fs::recursive_directory_iterator(); all.increment(error)) {
        const auto status = all->symlink_status();
        const bool gone = status.type() == fs::file_type::not_found; // in the meantime
        if (gone || fs::is_directory(status))
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

void remove_empty_directories(const std::string& directory)
{
    std::vector<std::string> all;
    for (const auto& entry : fs::recursive_directory_iterator(directory))
        if (entry.is_directory())
            all.push_back(entry.path().string());
    for (const std::string& one : std::views::reverse(all)) // what is below comes later
        (void)::rmdir(one.c_str());                         // fails where something is
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
    base::sync(file.get(), from);
    if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) != 0)
        base::fail_errno("make", to, base::Remedy::make_room);
    base::sync_directory_of(to);
}

} // namespace handover
