// SPDX-License-Identifier: Apache-2.0
#include "base/fd.h"
#include "base/read_at.h"

#include <cstdlib>
#include <doctest/doctest.h>
#include <string>
#include <unistd.h>

namespace {

// Open, and without a name.
base::Fd file_with(const std::string& octets)
{
    std::string name = "/tmp/sponts-read-at-XXXXXX";
    base::Fd fd(::mkstemp(name.data()));
    REQUIRE(fd);
    REQUIRE(::unlink(name.c_str()) == 0);
    REQUIRE(::write(fd.get(), octets.data(), octets.size()) ==
            static_cast<ssize_t>(octets.size()));
    return fd;
}

} // namespace

TEST_CASE("base: a part of a file is read, and ends where the file does")
{
    const base::Fd fd = file_with("0123456789");
    CHECK(base::read_at(fd.get(), 2, 3, "it") == "234");
    CHECK(base::read_at(fd.get(), 8, 5, "it") == "89");
    CHECK(base::read_at(fd.get(), 10, 5, "it").empty());
    CHECK(base::read_at(fd.get(), 0, 0, "it").empty());
    std::string room(4, '?');
    CHECK(base::read_at(fd.get(), 7, std::span(room), "it") == 3);
    CHECK(room == "789?");
}

TEST_CASE("base: what cannot be read is named")
{
    try {
        (void)base::read_at(-1, 0, 1, "that file", base::Remedy::fix_config);
        FAIL("nothing was thrown");
    } catch (const base::Failure& failure) {
        CHECK(std::string(failure.what()) == "read that file: Bad file descriptor");
        CHECK(failure.remedy() == base::Remedy::fix_config);
    }
}
