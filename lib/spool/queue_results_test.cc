// SPDX-License-Identifier: Apache-2.0
// What a killed process left of the results, and what the next one makes of it.  The
// system's fdatasync is counted here, for all tests.
#include "base/failure.h"
#include "spool/queue_fixture_test.h"
#include "spool/queue_load.h"
#include "spool/queue_results.h"

#include <cerrno>
#include <dlfcn.h>
#include <doctest/doctest.h>

namespace {

thread_local int syncs = 0;
thread_local bool sync_fails = false;

using Sync = int (*)(int);

} // namespace

extern "C" int fdatasync(int file)
{
    static const auto real = reinterpret_cast<Sync>(::dlsym(RTLD_NEXT, "fdatasync"));
    ++syncs;
    if (!sync_fails)
        return real(file);
    errno = EIO;
    return -1;
}

TEST_CASE("spool: what a killed predecessor wrote is synced before it counts")
{
    const spool::TestSpool spool;
    const spool::QueueFiles files{spool.directory()};
    files.make_folder();
    const std::string text = spool::queue_file_head("results", 0) + "a line\n";
    spool::write_file(files.results(0), text);
    syncs = 0;
    {
        const spool::QueueResults results(files, 0, text.size(), base::milliseconds(1));
        CHECK(syncs == 1);
    }
    CHECK(spool::read_file(files.results(0)) == text);
    sync_fails = true;
    CHECK_THROWS_AS(spool::QueueResults(files, 0, text.size(), base::milliseconds(1)),
                    base::Failure);
    sync_fails = false;
}
