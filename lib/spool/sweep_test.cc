// SPDX-License-Identifier: Apache-2.0
// A sweep says of each message what a reader says, in whatever order it is asked.
#include "spool/erase.h"
#include "spool/queue_fixture_test.h"
#include "spool/reader.h"
#include "spool/segments.h"
#include "spool/sweep.h"

#include <algorithm>
#include <doctest/doctest.h>
#include <random>
#include <vector>

namespace {

using spool::MessageId;
using spool::TestSpool;

// In several segments; small ones, and such that are read with gaps.
std::vector<MessageId> fill(TestSpool& spool)
{
    std::vector<MessageId> ids;
    for (int segment = 0; segment < 3; ++segment) {
        spool::Writer writer(spool.writer_options());
        for (std::size_t i = 0; i < 40; ++i)
            ids.push_back(spool.add(writer, 1 + i % 3, i % 10 == 0 ? 40'000 : 300));
    }
    return ids;
}

} // namespace

TEST_CASE("spool: a sweep finds what a reader finds")
{
    TestSpool spool;
    std::vector<MessageId> ids = fill(spool);
    SUBCASE("in the order of the log") {}
    SUBCASE("in any order")
    {
        std::shuffle(ids.begin(), ids.end(), std::mt19937(5));
    }
    spool::Sweep sweep(spool.directory());
    spool::Reader reader(spool.directory());
    for (const MessageId id : ids) {
        const spool::Envelope* const found = sweep.envelope(id.first_written());
        REQUIRE(found != nullptr);
        CHECK(*found == *reader.envelope(id.first_written()));
        CHECK(sweep.envelope(id.first_written()) == found);
    }
}

TEST_CASE("spool: a sweep sees what is written while it goes on")
{
    TestSpool spool;
    spool::Writer writer(spool.writer_options());
    spool::Sweep sweep(spool.directory());
    for (int i = 0; i < 5; ++i) {
        const MessageId id = spool.add(writer, 1, 100);
        const spool::Envelope* const found = sweep.envelope(id.first_written());
        REQUIRE(found != nullptr);
        CHECK(found->id == id);
    }
}

TEST_CASE("spool: a sweep passes over what is gone")
{
    TestSpool spool;
    const std::vector<MessageId> ids = fill(spool);
    CHECK(spool::erase_record(spool.directory(), ids[1].first_written()));
    const std::vector<spool::SegmentNumber> last = {ids.back().first_written().segment};
    spool::delete_segments(spool.directory(), last);
    spool::Sweep sweep(spool.directory());
    CHECK(sweep.envelope(ids[0].first_written()) != nullptr);
    CHECK(sweep.envelope(ids[1].first_written()) == nullptr);
    CHECK(sweep.envelope(ids[2].first_written()) != nullptr);
    CHECK(sweep.envelope(ids.back().first_written()) == nullptr);
    CHECK(sweep.envelope({ids[2].first_written().segment, 208}) == nullptr);
    CHECK(sweep.envelope(ids[2].first_written())->id == ids[2]);
}
