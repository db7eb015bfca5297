// SPDX-License-Identifier: Apache-2.0
// Anybody can write our field.
#include "marks.h"
#include "spool/replay_scene_test.h"

namespace {

using replayctl::Marks;
using spool::test::prepare;
using spool::test::read_all;
using spool::test::TemporarySpool;

spool::Found put(const std::string& directory, const std::string& text)
{
    spool::test::HastyDisk disk;
    spool::Writer writer(spool::test::options_for(directory, disk));
    REQUIRE(spool::test::write(writer, "a@example", text));
    return read_all(directory).found.back();
}

} // namespace

TEST_CASE("replayctl: a mark is believed of a run or a message that we have")
{
    const TemporarySpool spool;
    const std::string run = prepare(spool.path, 1);
    const std::string id = read_all(spool.path).found.front().envelope.id.text();
    const std::string other = spool::MessageId(7).text();
    const auto has = [&](const std::string& field) {
        return Marks(spool.path).stand_in("Subject: x\r\n" + field + "\r\n\r\n");
    };
    CHECK(has("X-Sponts-Replay: " + run + ' ' + id));
    CHECK(has("x-sponts-replay:" + run + ' ' + other));
    CHECK(has("X-Sponts-Replay: forgotten " + id));
    CHECK_FALSE(has("X-Sponts-Replay: unknown " + other));
    CHECK_FALSE(has("X-Sponts-Replay: " + run));
    CHECK_FALSE(has("X-Sponts-Replays: " + run + ' ' + id));
    CHECK_FALSE(has("Subject: X-Sponts-Replay: " + run + ' ' + id));
}

TEST_CASE("replayctl: a mark is found in a long header, and not in the text")
{
    const TemporarySpool spool;
    const std::string run = prepare(spool.path, 1);
    const std::string mark =
        "X-Sponts-Replay: " + run + ' ' + spool::MessageId(7).text() + "\r\n";
    std::string fields;
    for (int i = 0; i < 1000; ++i)
        fields += "Received: by mx.example\r\n";
    CHECK(Marks(spool.path).has(put(spool.path, mark + "\r\ntext\r\n")));
    CHECK(Marks(spool.path).has(put(spool.path, fields + mark + "\r\ntext\r\n")));
    CHECK_FALSE(Marks(spool.path).has(put(spool.path, fields + "\r\n" + mark)));
    CHECK_FALSE(Marks(spool.path).has(put(spool.path, fields)));
}
