// SPDX-License-Identifier: Apache-2.0
// A directory that cannot be listed to its end: nothing may be concluded from what is
// missing in the list.  The system's readdir is replaced here, for all tests.
#include "base/failure.h"
#include "spool/log_listing.h"
#include "spool/segments.h"
#include "spool/test_spool.h"

#include <cerrno>
#include <chrono>
#include <dirent.h>
#include <dlfcn.h>
#include <doctest/doctest.h>
#include <filesystem>

namespace {

enum class Trouble : std::uint8_t { none, error, short_list };
thread_local Trouble trouble = Trouble::none;

using ReadDirectory = dirent* (*)(DIR*);

} // namespace

extern "C" dirent* readdir(DIR* directory)
{
    static const auto real = reinterpret_cast<ReadDirectory>(::dlsym(RTLD_NEXT, "readdir"));
    if (trouble == Trouble::none)
        return real(directory);
    if (trouble == Trouble::error)
        errno = EIO;
    return nullptr;
}

namespace {

// As long as it lives, directories end before their first name.
struct Listing {
    explicit Listing(Trouble what) { trouble = what; }
    ~Listing() { trouble = Trouble::none; }
    Listing(const Listing&) = delete;
    Listing& operator=(const Listing&) = delete;
};

struct OneMessage {
    spool::test::TemporarySpool spool;
    spool::Follower follower{spool.path, {}};
    spool::test::Everything seen;

    OneMessage()
    {
        spool::Writer writer(spool::test::small_options(spool.path));
        REQUIRE(spool::test::write(writer, "one@example", "1"));
        seen.poll(follower);
        REQUIRE(seen.found.size() == 1);
    }
    // So that the follower looks again.
    void touch_log() const
    {
        std::filesystem::create_directory(spool.path + "/log/touched");
    }
};

} // namespace

TEST_CASE("spool: a log that cannot be listed is no empty log")
{
    OneMessage log;
    const Listing broken(Trouble::error);
    CHECK_THROWS_AS((void)spool::segment_numbers(log.spool.path), base::Failure);
}

TEST_CASE("spool: a follower does not forget a segment because a listing lacks it")
{
    for (const Trouble what : {Trouble::error, Trouble::short_list}) {
        OneMessage log;
        log.touch_log();
        {
            const Listing broken(what);
            if (what == Trouble::error)
                CHECK_THROWS_AS(log.seen.poll(log.follower), base::Failure);
            else
                log.seen.poll(log.follower);
        }
        CHECK(log.follower.positions().size() == 1);
        std::filesystem::remove(log.spool.path + "/log/touched");
        log.seen.poll(log.follower);
        CHECK(log.seen.found.size() == 1);
    }
}

TEST_CASE("spool: a listing that failed is tried again")
{
    const OneMessage log;
    std::filesystem::last_write_time(log.spool.path + "/log",
                                     std::filesystem::file_time_type::clock::now() -
                                         std::chrono::hours(1));
    spool::LogListing listing(log.spool.path);
    {
        const Listing broken(Trouble::error);
        CHECK_THROWS_AS((void)listing.changed(), base::Failure);
    }
    CHECK(listing.changed().has_value());
    CHECK_FALSE(listing.changed().has_value());
}

TEST_CASE("spool: a log that changed in time to come is listed once")
{
    const OneMessage log;
    namespace fs = std::filesystem;
    fs::last_write_time(log.spool.path + "/log",
                        fs::file_time_type::clock::now() + std::chrono::hours(24));
    spool::LogListing listing(log.spool.path);
    CHECK(listing.changed().has_value());
    CHECK_FALSE(listing.changed().has_value());
    log.touch_log();
    CHECK(listing.changed().has_value());
}
