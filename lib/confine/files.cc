// SPDX-License-Identifier: Apache-2.0
// confine/files.cc - landlock(7): which files can still be opened, by raw system calls.
//
// The C library has no wrappers, and the header may be older than the kernel; rights that
// the kernel does not know are not asked for.
#include "base/fd.h"
#include "confine/parts.h"

#include <cstdint>
#include <fcntl.h>
#include <linux/landlock.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace confine {

namespace {

constexpr std::uint64_t access_truncate = 1u << 14;     // since ABI 3
constexpr std::uint64_t access_device_ioctl = 1u << 15; // since ABI 5
constexpr int abi_with_rename = 2; // before, no file could move between directories

constexpr std::uint64_t read_access =
    LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR;
constexpr std::uint64_t write_access =
    read_access | LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_DIR |
    LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_MAKE_DIR |
    LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_SOCK |
    LANDLOCK_ACCESS_FS_MAKE_FIFO | LANDLOCK_ACCESS_FS_MAKE_SYM | LANDLOCK_ACCESS_FS_REFER |
    access_truncate;
// Named so that they are forbidden; given to nobody.
constexpr std::uint64_t forbidden = LANDLOCK_ACCESS_FS_EXECUTE |
                                    LANDLOCK_ACCESS_FS_MAKE_CHAR |
                                    LANDLOCK_ACCESS_FS_MAKE_BLOCK | access_device_ioctl;
// What can be said of a file that is no directory.
constexpr std::uint64_t file_access =
    LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE | access_truncate;

// What the libraries below us read when they like: names, zones, authorities, modules.
constexpr const char* system_files[] = {
    "/etc",         "/usr/share",  "/usr/lib", "/lib", "/lib64", "/run/systemd/resolve",
    "/dev/urandom", "/dev/random", "/proc"};

std::uint64_t known_access(long abi)
{
    std::uint64_t access = read_access | write_access | forbidden;
    if (abi < 3)
        access &= ~access_truncate;
    if (abi < 5)
        access &= ~access_device_ioctl;
    return access;
}

// A path that does not exist needs no rule.
void allow(int rules, const std::string& path, std::uint64_t access)
{
    const base::Fd fd(::open(path.c_str(), O_PATH | O_CLOEXEC));
    struct stat status{};
    if (!fd || ::fstat(fd.get(), &status) != 0)
        return;
    landlock_path_beneath_attr rule{};
    rule.allowed_access = S_ISDIR(status.st_mode) ? access : access & file_access;
    rule.parent_fd = fd.get();
    (void)::syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
}

} // namespace

bool restrict_files(const Rights& rights)
{
    const long abi =
        ::syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION);
    if (abi < abi_with_rename)
        return false;
    const std::uint64_t known = known_access(abi);
    landlock_ruleset_attr handled{};
    handled.handled_access_fs = known;
    const base::Fd rules(static_cast<int>(
        ::syscall(SYS_landlock_create_ruleset, &handled, sizeof handled, 0)));
    if (!rules)
        return false;
    for (const char* path : system_files)
        allow(rules.get(), path, read_access);
    for (const std::string& path : rights.read)
        allow(rules.get(), path, read_access);
    for (const std::string& path : rights.write)
        allow(rules.get(), path, write_access & known);
    for (const std::string& path : rights.tidy)
        allow(rules.get(), path, LANDLOCK_ACCESS_FS_REMOVE_FILE);
    allow(rules.get(), "/dev/null", write_access & known);
    return ::syscall(SYS_landlock_restrict_self, rules.get(), 0) == 0;
}

} // namespace confine
