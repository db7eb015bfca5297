// SPDX-License-Identifier: Apache-2.0
// A message that names its own id: wherever it stands, and however large the message is.
#include "spool/segments.h"
#include "spool/test_spool.h"

#include <doctest/doctest.h>

using spool::test::envelope_for;
using spool::test::read_message;
using spool::test::TemporarySpool;

namespace {

spool::CommitResult write_around_id(spool::Writer& writer, const std::string& before,
                                    const std::string& behind)
{
    spool::Draft draft = writer.begin();
    draft.append(before);
    draft.append_id();
    draft.append(behind);
    CHECK(draft.size() == before.size() + spool::Draft::id_size + behind.size());
    return writer.commit_and_wait(std::move(draft), envelope_for("bob@dest.test"));
}

} // namespace

TEST_CASE("spool: the id of a message is filled in where it left room")
{
    const TemporarySpool spool;
    auto options = spool::test::small_options(spool.path);
    options.draft_memory = 64 << 10;
    spool::Writer writer(options);
    spool::Reader reader(spool.path);
    // In front, within, across the border of the first two blocks, at the end; in memory,
    // in a file of its own.
    const std::size_t sizes[] = {0, 100, (8 << 10) - 5, 8 << 10, 30'000, 100'000};
    for (const std::size_t before : sizes) {
        for (const std::size_t behind :
             {std::size_t{0}, std::size_t{70}, std::size_t{700'000}}) {
            CAPTURE(before);
            CAPTURE(behind);
            const std::string front(before, 'a');
            const std::string back(behind, 'b');
            const auto result = write_around_id(writer, front, back);
            REQUIRE(result);
            const std::string id = result->id.text();
            const bool same = read_message(reader, result->location) == front + id + back;
            CHECK(same);
        }
    }
}

TEST_CASE("spool: a message may name its id more than once")
{
    const TemporarySpool spool;
    auto options = spool::test::small_options(spool.path);
    options.draft_memory = 64 << 10;
    spool::Writer writer(options);
    spool::Reader reader(spool.path);
    for (const std::size_t behind : {10, 100'000}) { // in memory, in a file of its own
        CAPTURE(behind);
        const std::string back(behind, 'b');
        spool::Draft draft = writer.begin();
        draft.append_id();
        draft.append("\nand ");
        draft.append_id();
        draft.append(back);
        const auto result =
            writer.commit_and_wait(std::move(draft), envelope_for("bob@dest.test"));
        REQUIRE(result);
        const std::string id = result->id.text();
        CHECK(reader.open(result->location, true)); // its sum is right
        const bool same =
            read_message(reader, result->location) == id + "\nand " + id + back;
        CHECK(same);
    }
}

TEST_CASE("spool: a message that is carried forward keeps the id it names")
{
    const TemporarySpool spool;
    spool::Writer writer(spool::test::small_options(spool.path));
    spool::Reader reader(spool.path);
    const auto first = write_around_id(writer, "id ", ";");
    REQUIRE(first);
    const auto message = reader.open(first->location, true);
    REQUIRE(message);
    const auto second = writer.carry_and_wait(*message);
    REQUIRE(second);
    CHECK(second->location != first->location);
    CHECK(read_message(reader, second->location) == "id " + first->id.text() + ";");
}
