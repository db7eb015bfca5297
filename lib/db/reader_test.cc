// SPDX-License-Identifier: Apache-2.0
// A server that may read the database and its directory, and write neither: how the systemd
// units run it.
#include "db/fixture_test.h"

#include <doctest/doctest.h>
#include <functional>
#include <sys/wait.h>
#include <unistd.h>

namespace {

using db::testing::Fixture;
using std::filesystem::perms;

constexpr uid_t nobody = 65534;

void set_rights(const Fixture& fixture, perms directory, perms files)
{
    const std::filesystem::path database(fixture.path);
    std::filesystem::permissions(database.parent_path(), directory);
    for (const char* tail : {"", "-wal", "-shm", ".lock"})
        if (std::filesystem::exists(fixture.path + tail))
            std::filesystem::permissions(fixture.path + tail, files);
}

void lock_out(const Fixture& fixture)
{
    set_rights(fixture, perms(0555), perms(0444));
}

void let_in(const Fixture& fixture)
{
    set_rights(fixture, perms(0755), perms(0644));
}

// In a process of its own that may not write; true if it says so.
bool as_reader(const std::function<bool()>& act)
{
    const pid_t child = ::fork();
    if (child == 0) {
        // Permissions mean nothing to root.
        const bool bound = ::geteuid() != 0 || ::setresuid(nobody, nobody, nobody) == 0;
        bool good = false;
        try {
            good = bound && act();
        } catch (const base::Failure&) {
            good = false;
        }
        ::_exit(good ? 0 : 1);
    }
    int status = -1;
    REQUIRE(::waitpid(child, &status, 0) == child);
    return status == 0;
}

// One byte through a pipe: "go on".
struct Signal {
    int ends[2] = {-1, -1};
    Signal() { REQUIRE(::pipe(ends) == 0); }
    Signal(const Signal&) = delete;
    Signal& operator=(const Signal&) = delete;
    ~Signal()
    {
        ::close(ends[0]);
        ::close(ends[1]);
    }
    void send() const { CHECK(::write(ends[1], "x", 1) == 1); }
    [[nodiscard]] bool wait() const
    {
        char byte = 0;
        return ::read(ends[0], &byte, 1) == 1;
    }
};

} // namespace

TEST_CASE("db: a reader who may not write is served, and sees what is written meanwhile")
{
    const Fixture fixture;
    fixture.sql("INSERT INTO domains (name) VALUES ('a.example')");
    const Signal asked;
    const Signal written;
    lock_out(fixture);

    const pid_t writer = ::fork();
    if (writer == 0) {
        if (!asked.wait())
            ::_exit(1);
        let_in(fixture);
        fixture.sql("INSERT INTO domains (name) VALUES ('b.example')");
        lock_out(fixture);
        written.send();
        ::_exit(0);
    }
    CHECK(as_reader([&] {
        db::Directory directory(fixture.path, base::milliseconds{0});
        const bool before = directory.domain("a.example") && !directory.domain("b.example");
        asked.send();
        return written.wait() && before && directory.domain("b.example");
    }));
    int status = -1;
    CHECK(::waitpid(writer, &status, 0) == writer);
    CHECK(status == 0);
    let_in(fixture);
}

TEST_CASE("db: without -shm a reader who may not write says what to do, and it helps")
{
    const Fixture fixture;
    std::filesystem::remove(fixture.path + "-shm");
    lock_out(fixture);
    CHECK(as_reader([&] {
        db::Directory directory(fixture.path);
        const auto failure =
            db::testing::failure_of([&] { (void)directory.domain("a.example"); });
        return failure && failure->remedy() == base::Remedy::try_later &&
               std::string(failure->what()).find("sponts db migrate") != std::string::npos;
    }));
    let_in(fixture);
    (void)db::migrate(fixture.path);
    lock_out(fixture);
    CHECK(as_reader([&] { return !db::Directory(fixture.path).domain("a.example"); }));
    let_in(fixture);
}
