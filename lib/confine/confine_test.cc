// SPDX-License-Identifier: Apache-2.0
// What a confined process can no longer do, tried out in a child.
#include "confine/confine.h"

#include <cerrno>
#include <cstdlib>
#include <doctest/doctest.h>
#include <fcntl.h>
#include <filesystem>
#include <functional>
#include <string>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace {

// The child's answer as its exit status: 0 is yes.
bool in_child(const std::function<bool()>& holds)
{
    const pid_t child = ::fork();
    if (child == 0)
        ::_exit(holds() ? 0 : 1);
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

struct Places {
    Places()
    {
        std::string name = std::filesystem::temp_directory_path() / "sponts-confine-XXXXXX";
        REQUIRE(::mkdtemp(name.data()));
        root = name;
        std::filesystem::create_directories(root + "/spool/a");
        std::filesystem::create_directories(root + "/spool/b");
        std::filesystem::create_directories(root + "/other");
    }
    ~Places() { std::filesystem::remove_all(root); }

    [[nodiscard]] confine::Rights rights() const
    {
        confine::Rights result;
        result.write = {root + "/spool"};
        return result;
    }
    std::string root;
};

bool can_open(const std::string& path, int flags)
{
    const int fd = ::open(path.c_str(), flags | O_CLOEXEC, 0600);
    if (fd >= 0)
        ::close(fd);
    return fd >= 0;
}

bool executes()
{
    char name[] = "/bin/true";
    char* arguments[] = {name, nullptr};
    ::execv(name, arguments);
    return false;
}

} // namespace

TEST_CASE("confine: no core, private files, and as many descriptors as there may be")
{
    const Places places;
    CHECK(in_child([&] {
        confine::to(places.rights());
        rlimit core{1, 1};
        rlimit files{};
        ::getrlimit(RLIMIT_CORE, &core);
        ::getrlimit(RLIMIT_NOFILE, &files);
        return core.rlim_max == 0 && files.rlim_cur == files.rlim_max && ::umask(0) == 027;
    }));
}

TEST_CASE("confine: files elsewhere cannot be opened, the spool works as before")
{
    const Places places;
    const std::string spool = places.root + "/spool";
    CHECK(in_child([&] {
        confine::to(places.rights());
        const bool spool_works =
            can_open(spool + "/a/x", O_WRONLY | O_CREAT | O_TRUNC) &&
            ::rename((spool + "/a/x").c_str(), (spool + "/b/x").c_str()) == 0 &&
            ::unlink((spool + "/b/x").c_str()) == 0;
        const bool system_works = can_open("/etc/passwd", O_RDONLY) &&
                                  can_open("/dev/null", O_RDWR) &&
                                  can_open("/dev/urandom", O_RDONLY);
        const bool other_is_open = can_open(places.root + "/other/y", O_WRONLY | O_CREAT) ||
                                   can_open(places.root + "/other", O_RDONLY) ||
                                   can_open("/etc/sponts-test", O_WRONLY | O_CREAT);
        return spool_works && system_works && other_is_open != confine::sandbox_wanted();
    }));
}

TEST_CASE("confine: no program is run, no process is forked, threads still start")
{
    const Places places;
    CHECK(in_child([&] {
        confine::to(places.rights());
        bool ran = false;
        std::thread([&] { ran = true; }).join();
        if (!confine::sandbox_wanted())
            return ran;
        const bool forked = ::fork() >= 0;
        const bool executed = executes();
        return ran && !forked && !executed && ::ptrace(PTRACE_TRACEME, 0, 0, 0) == -1;
    }));
}

TEST_CASE("confine: no packet, netlink or, without network, internet sockets; no new code")
{
    const Places places;
    confine::Rights rights = places.rights();
    for (const bool network : {true, false}) {
        rights.network = network;
        CHECK(in_child([&] {
            confine::to(rights);
            if (!confine::sandbox_wanted())
                return true;
            void* const code = ::mmap(nullptr, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
                                      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
            return (::socket(AF_INET, SOCK_STREAM, 0) >= 0) == network &&
                   (::socket(AF_INET6, SOCK_STREAM, 0) >= 0) == network &&
                   ::socket(AF_UNIX, SOCK_STREAM, 0) >= 0 &&
                   ::socket(AF_NETLINK, SOCK_RAW, 0) == -1 &&
                   ::socket(AF_PACKET, SOCK_RAW, 0) == -1 && code == MAP_FAILED;
        }));
    }
}

TEST_CASE("confine: the sandbox can be switched off")
{
    const Places places;
    CHECK(in_child([&] {
        ::setenv("SPONTS_SANDBOX", "off", 1);
        confine::to(places.rights());
        if (!can_open(places.root + "/other/y", O_WRONLY | O_CREAT))
            return false;
        return executes(); // returns only if it failed; else /bin/true answers
    }));
    CHECK(in_child([&] {
        confine::Rights rights = places.rights();
        rights.sandbox = false;
        confine::to(rights);
        return can_open(places.root + "/other/y", O_WRONLY | O_CREAT);
    }));
}

TEST_CASE("confine: from root to a user there is no way back")
{
    const Places places;
    confine::Rights rights = places.rights();
    rights.user = "nobody";
    rights.write.clear();
    CHECK(in_child([&] {
        const bool was_root = ::geteuid() == 0;
        confine::to(rights);
        return !was_root || (::geteuid() != 0 && ::getegid() != 0 && ::setuid(0) != 0);
    }));
}
