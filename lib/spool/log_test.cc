// SPDX-License-Identifier: Apache-2.0
// The log from end to end: what was committed is found once and read as it came.
#include "spool/erase.h"
#include "spool/segments.h"
#include "spool/test_spool.h"

#include <algorithm>
#include <doctest/doctest.h>

using namespace std::string_literals;
using spool::test::envelope_for;
using spool::test::Everything;
using spool::test::read_all;
using spool::test::read_message;
using spool::test::small_options;
using spool::test::TemporarySpool;
using Names = std::vector<std::string>;

TEST_CASE("spool: what was committed is found and read as it came")
{
    const TemporarySpool spool;
    spool::Follower follower(spool.path, {});
    Everything seen;
    spool::Writer writer(small_options(spool.path));
    seen.poll(follower);
    CHECK(seen.found.empty());

    const auto first =
        spool::test::write(writer, "one@example", "Subject: 1\r\n\r\nhello\r\n");
    REQUIRE(first);
    seen.poll(follower);
    REQUIRE(seen.recipients() == Names{"one@example"});
    CHECK(seen.found[0].where == first->location);
    CHECK(seen.found[0].envelope.id == first->id);
    CHECK(first->id.first_written() == first->location);
    CHECK(seen.found[0].size == 21);

    const auto second = spool::test::write(writer, "two@example", "");
    const auto third =
        spool::test::write(writer, "three@example", std::string(100'000, 'x'));
    REQUIRE(second);
    REQUIRE(third);
    seen.poll(follower);
    CHECK(seen.recipients() == Names{"one@example", "two@example", "three@example"});
    CHECK(seen.damaged.empty());

    spool::Reader reader(spool.path);
    CHECK(read_message(reader, first->location) == "Subject: 1\r\n\r\nhello\r\n");
    CHECK(read_message(reader, second->location).empty());
    CHECK(read_message(reader, third->location) == std::string(100'000, 'x'));
    CHECK(reader.envelope(first->location)->sender == "sender@example.org");
}

TEST_CASE("spool: a large message streams into a segment of its own")
{
    const TemporarySpool spool;
    auto options = small_options(spool.path);
    options.draft_memory = 1000;
    spool::Writer writer(options);
    std::string bytes;
    spool::Draft draft = writer.begin();
    for (int i = 0; i < 5000; ++i) {
        const std::string line = "line " + std::to_string(i) + "\r\n";
        bytes += line;
        draft.append(line);
    }
    CHECK(draft.size() == bytes.size());
    const auto done = writer.commit_and_wait(std::move(draft), envelope_for("big@example"));
    REQUIRE(done);
    const Everything seen = read_all(spool.path);
    REQUIRE(seen.recipients() == Names{"big@example"});
    CHECK(seen.found[0].size == bytes.size());
    spool::Reader reader(spool.path);
    CHECK(read_message(reader, done->location) == bytes);
    const auto info = spool::segment_info(spool.path, done->location.segment);
    REQUIRE(info);
    CHECK(info->state == spool::SegmentState::sealed);
    CHECK(info->used < 200'000); // what is in front of the message is a hole
}

TEST_CASE("spool: a draft that is dropped leaves nothing")
{
    const TemporarySpool spool;
    auto options = small_options(spool.path);
    options.draft_memory = 1000;
    spool::Writer writer(options);
    {
        spool::Draft small = writer.begin();
        small.append("x");
        spool::Draft large = writer.begin();
        large.append(std::string(100'000, 'x'));
        CHECK(!std::filesystem::is_empty(spool.path + "/log/incoming"));
    }
    CHECK(std::filesystem::is_empty(spool.path + "/log/incoming"));
    CHECK(read_all(spool.path).found.empty());
}

TEST_CASE("spool: many messages come in order, over many segments")
{
    const TemporarySpool spool;
    auto options = small_options(spool.path);
    options.segment_size = 16 << 10;
    Names names;
    {
        spool::Writer writer(options);
        spool::Follower follower(spool.path, {});
        Everything seen;
        for (int i = 0; i < 200; ++i) {
            names.push_back(std::to_string(i) + "@example");
            REQUIRE(spool::test::write(writer, names.back(), std::string(i * 7, 'y')));
            seen.poll(follower);
            REQUIRE(seen.found.size() == names.size());
        }
        CHECK(seen.recipients() == names);
    }
    CHECK(spool::segment_numbers(spool.path).size() > 5);
    const Everything again = read_all(spool.path); // from many segments in turn
    Names sorted = again.recipients();
    std::sort(sorted.begin(), sorted.end());
    std::sort(names.begin(), names.end());
    CHECK(sorted == names);
    CHECK(again.damaged.empty());
}

TEST_CASE("spool: a follower goes on where another one was")
{
    const TemporarySpool spool;
    spool::Writer writer(small_options(spool.path));
    REQUIRE(spool::test::write(writer, "one@example", "1"));
    spool::Follower first(spool.path, {});
    Everything seen;
    seen.poll(first);
    REQUIRE(spool::test::write(writer, "two@example", "2"));
    spool::Follower second(spool.path, first.positions());
    seen.poll(second);
    CHECK(seen.recipients() == Names{"one@example", "two@example"});
}

TEST_CASE("spool: a carried message keeps its id and envelope")
{
    const TemporarySpool spool;
    spool::Writer writer(small_options(spool.path));
    const auto first = spool::test::write(writer, "one@example", "some bytes");
    REQUIRE(first);
    spool::Reader reader(spool.path);
    const auto message = reader.open(first->location);
    REQUIRE(message);
    const auto carried = writer.carry_and_wait(*message);
    REQUIRE(carried);
    CHECK(carried->id == first->id);
    CHECK(carried->location != first->location);
    CHECK(reader.envelope(carried->location) == message->envelope);
    CHECK(read_message(reader, carried->location) == "some bytes");
}

TEST_CASE("spool: an erased record is passed over and its bytes are gone")
{
    const TemporarySpool spool;
    spool::Writer writer(small_options(spool.path));
    std::vector<spool::Location> places;
    for (const char* name : {"one@example", "two@example", "three@example"})
        places.push_back(
            spool::test::write(writer, name, std::string(20'000, 'z'))->location);
    CHECK(spool::erase_record(spool.path, places[1]));
    CHECK(spool::erase_record(spool.path, places[1]));
    CHECK(!spool::erase_record(spool.path, {places[1].segment, places[1].offset + 16}));
    const Everything seen = read_all(spool.path);
    CHECK(seen.recipients() == Names{"one@example", "three@example"});
    CHECK(seen.damaged.empty());
    spool::Reader reader(spool.path);
    CHECK(reader.open(places[1]).error() == spool::ReadError::gone);
    CHECK(read_message(reader, places[2]) == std::string(20'000, 'z'));
}

TEST_CASE("spool: deleted segments are gone for readers and followers")
{
    const TemporarySpool spool;
    spool::Location place;
    {
        spool::Writer writer(small_options(spool.path));
        place = spool::test::write(writer, "one@example", "1")->location;
    }
    spool::Follower follower(spool.path, {});
    Everything seen;
    seen.poll(follower);
    spool::Reader reader(spool.path);
    const auto message = reader.open(place);
    REQUIRE(message);
    REQUIRE(follower.positions().size() == 1);
    CHECK(follower.positions()[0].finished);
    const auto numbers = spool::segment_numbers(spool.path);
    spool::delete_segments(spool.path, numbers);
    follower.forget(place.segment);
    seen.poll(follower);
    CHECK(follower.positions().empty());
    CHECK(seen.found.size() == 1);
    CHECK(reader.open(place).error() == spool::ReadError::gone);
    CHECK(reader.read(*message, 0, 10) == "1"); // whoever has it open can finish
}

TEST_CASE("spool: without a spool there is no writer")
{
    try {
        const spool::Writer writer(small_options("/nonexistent/spool"));
        FAIL("opened");
    } catch (const base::Failure& failure) {
        CHECK(failure.remedy() == base::Remedy::fix_config);
        CHECK(failure.what() ==
              "open spool /nonexistent/spool: No such file or directory"s);
    }
}
