// SPDX-License-Identifier: Apache-2.0
// The door that inetd lends, on the first three descriptors or on some of them.
#include "lent_door.h"
#include "net/listener.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <functional>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

namespace {

bool in_child(const std::function<bool()>& holds)
{
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0)
        ::_exit(holds() ? 0 : 1);
    int status = -1;
    REQUIRE(::waitpid(child, &status, 0) == child);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

// A process that has the door there, and files elsewhere.
replayctl::LentDoor taken_from(const std::vector<int>& places)
{
    const base::Fd door = net::listen_on(*net::Address::parse_ip("127.0.0.1"));
    for (const int fd : places)
        (void)::dup2(door.get(), fd);
    return replayctl::take_lent_door();
}

bool is_open_for(int fd, const char* path)
{
    struct stat one{};
    struct stat other{};
    return ::fstat(fd, &one) == 0 && ::stat(path, &other) == 0 &&
           one.st_ino == other.st_ino;
}

} // namespace

TEST_CASE("replayctl: a door that is lent takes standard error, or leaves it")
{
    CHECK(in_child([] {
        const auto lent = taken_from({0, 1, 2});
        return lent.fd.get() > 2 && lent.took_errors && is_open_for(0, "/dev/null") &&
               is_open_for(2, "/dev/null");
    }));
    CHECK(in_child([] {
        const auto lent = taken_from({0, 1});
        return lent.fd && !lent.took_errors;
    }));
    CHECK(in_child([] {
        const base::Fd nothing(::open("/dev/null", O_RDWR | O_CLOEXEC));
        (void)::dup2(nothing.get(), 0);
        const auto lent = replayctl::take_lent_door();
        return !lent.fd && !lent.took_errors;
    }));
}
