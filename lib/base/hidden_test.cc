// SPDX-License-Identifier: Apache-2.0
// Tests of base/hidden.h.
#include "base/failure.h"
#include "base/hidden.h"

#include <doctest/doctest.h>
#include <filesystem>
#include <sys/stat.h>
#include <unistd.h>

namespace {

namespace fs = std::filesystem;

// A directory of ours in one that everybody may enter.
class Place {
public:
    Place()
    {
        REQUIRE(::mkdtemp(path_.data()) != nullptr);
        allow(0755);
    }
    ~Place() { fs::remove_all(path_); }
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;
    void allow(mode_t mode) const { REQUIRE(::chmod(path_.c_str(), mode) == 0); }
    [[nodiscard]] std::string path(const std::string& name) const
    {
        return path_ + '/' + name;
    }

private:
    std::string path_ = "/tmp/sponts-hidden-XXXXXX";
};

TEST_CASE("what lies in a directory that others may not search is hidden, however deep")
{
    const Place place;
    const std::string state = place.path("li/state");
    fs::create_directories(state);
    REQUIRE(::chmod(state.c_str(), 0700) == 0); // its own rights hide only what is inside
    REQUIRE(::chmod(place.path("li").c_str(), 0755) == 0);
    CHECK_FALSE(base::is_hidden(state));
    CHECK_THROWS_AS(base::require_hidden(state), base::Failure);
    for (const mode_t mode : {0700U, 0750U, 0744U}) { // 0750: the group is its own
        place.allow(mode);
        CHECK(base::is_hidden(state));
    }
    place.allow(0711);
    CHECK_FALSE(base::is_hidden(state));
}

TEST_CASE("a link hides nothing")
{
    const Place open;
    const Place closed;
    fs::create_directory(open.path("state"));
    fs::create_symlink(open.path("state"), closed.path("state"));
    closed.allow(0700);
    CHECK_FALSE(base::is_hidden(closed.path("state")));
}

TEST_CASE("the group of others may not search it")
{
    if (::geteuid() != 0)
        return;
    const Place place;
    fs::create_directory(place.path("state"));
    REQUIRE(::chown(place.path("").c_str(), 0, 7) == 0);
    place.allow(0750);
    CHECK_FALSE(base::is_hidden(place.path("state")));
    REQUIRE(::chown(place.path("state").c_str(), 9, 7) == 0);
    CHECK(base::is_hidden(place.path("state")));
}

TEST_CASE("what is not there can be told from what is seen")
{
    CHECK_THROWS_AS((void)base::is_hidden("/tmp/nothing/of/this/name"), base::Failure);
}

TEST_CASE("the directory that hides another is made once, for its group")
{
    const Place place;
    const std::string state = place.path("var/li/state");
    CHECK(base::make_hiding_directory(state, ::getegid()));
    fs::create_directory(state);
    struct stat status{};
    REQUIRE(::stat(place.path("var/li").c_str(), &status) == 0);
    CHECK((status.st_mode & 07777) == 0750);
    CHECK(base::is_hidden(state));
    CHECK_FALSE(base::make_hiding_directory(state, ::getegid()));
}

} // namespace
