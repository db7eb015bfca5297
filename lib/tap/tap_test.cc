// SPDX-License-Identifier: Apache-2.0
#include "base/failure.h"
#include "seal/digest.h"
#include "tap/record.h"
#include "tap/record_file.h"
#include "tap/stage_test.h"

#include <algorithm>
#include <memory>
#include <thread>

using tap::Content;
using tap::Target;
using tap::test::Captured;
using tap::test::handle;
using tap::test::Stage;
using tap::test::target;

namespace {

Content content_of(std::string_view text)
{
    const auto content = std::make_shared<tap::Gathered>(nullptr);
    content->append(text);
    return content;
}

li::Event event_at(std::int64_t time)
{
    li::Event event;
    event.time = time;
    event.session = "7-1";
    return event;
}

std::vector<Target> interested(Stage& stage, const std::string& who)
{
    return stage.tap().interested(std::span(&who, 1), base::wall_microseconds());
}

} // namespace

TEST_CASE("tap: each measure gets its own record, and content only if it may")
{
    Stage stage({{"anna@example.de", target(1)}, {"anna@example.de", target(2, false)}});
    const auto who = interested(stage, "anna@example.de");
    REQUIRE(who.size() == 2);
    stage.tap().submit(event_at(5), who, content_of("hello"));
    const std::vector<Captured> all = stage.captured();
    REQUIRE(all.size() == 2);
    CHECK(all[0].event.measure == handle(1));
    CHECK(all[0].content == "hello");
    CHECK(all[0].event.content_octets == 5);
    CHECK(all[0].event.content_digest == seal::sha256("hello"));
    CHECK(all[1].event.measure == handle(2));
    CHECK_FALSE(all[1].content);
    CHECK(all[1].event.content_octets == 0);
    CHECK(all[1].event.content_digest == seal::Digest{});
    CHECK(all[0].event.session.ends_with("-7-1"));
    CHECK(all[0].event.session == all[1].event.session);
}

TEST_CASE("tap: content for an authority itself cannot be read by the interception user")
{
    Stage stage({});
    Target sealed = target(1);
    sealed.recipient = stage.authority().certificate.der();
    stage.put({{"anna@example.de", sealed}});
    stage.tap().flush();
    stage.tap().submit(event_at(5), interested(stage, "anna@example.de"),
                       content_of("secret"));
    REQUIRE(stage.captured().size() == 1);
    CHECK(stage.captured().front().content == "secret"); // by the authority's key
    tap::RecordReader reader(stage.incoming(), tap::record_files(stage.incoming()).front(),
                             stage.opener());
    const auto record = reader.next();
    REQUIRE(record);
    CHECK(record->form == tap::ContentForm::authority);
    const auto sealed_content = reader.content(*record);
    REQUIRE(sealed_content);
    CHECK_FALSE(seal::open(*sealed_content, stage.own().certificate, stage.own().key));
}

TEST_CASE("tap: nobody is of interest outside of the time of the measure")
{
    Target past = target(1);
    past.end = base::wall_microseconds() - 1;
    Target later = target(2);
    later.begin = later.end;
    later.end += 1;
    Stage stage({{"anna@example.de", past}, {"anna@example.de", later}});
    CHECK(interested(stage, "anna@example.de").empty());
    const std::string who = "anna@example.de";
    CHECK(stage.tap().interested(std::span(&who, 1), past.end - 1).size() == 1);
    CHECK(stage.tap().interested(std::span(&who, 1), past.end).empty());
    CHECK(stage.tap().interested(std::span(&who, 1), later.begin).size() == 1);
}

TEST_CASE("tap: a watch sees a measure begin and end while it looks")
{
    Stage stage({});
    tap::Watch watch;
    watch.follow(&stage.tap(), {"anna@example.de"});
    CHECK(watch.targets(base::wall_microseconds()).empty());
    Target brief = target(1);
    stage.put({{"anna@example.de", brief}});
    stage.tap().flush();
    CHECK(watch.targets(base::wall_microseconds()).size() == 1);
    CHECK(watch.targets(brief.end).empty());
    stage.put({});
    stage.tap().flush();
    CHECK(watch.targets(base::wall_microseconds()).empty());
}

TEST_CASE("tap: what does not fit into the bound is dropped, and the event says so")
{
    Stage stage({{"anna@example.de", target(1)}});
    stage.start(64u << 10);
    const auto who = interested(stage, "anna@example.de");
    stage.tap().submit(event_at(1), who, content_of(std::string(40u << 10, 'a')));
    stage.tap().flush();
    stage.tap().submit(event_at(2), who, content_of(std::string(40u << 10, 'b')));
    const std::vector<Captured> all = stage.captured();
    REQUIRE(all.size() == 2);
    CHECK(all[0].content);
    CHECK_FALSE(all[1].content);
    CHECK(all[1].event.content_lost == "full");
    CHECK(all[1].event.content_octets == 40u << 10);
    CHECK(all[1].event.content_digest == seal::sha256(std::string(40u << 10, 'b')));
}

TEST_CASE("tap: content that nobody takes in time is destroyed; the event stays")
{
    Stage stage({{"anna@example.de", target(1)}});
    stage.start(1u << 20, 0);
    const std::string mail = std::string(50'000, 'x');
    stage.tap().submit(event_at(1), interested(stage, "anna@example.de"), content_of(mail));
    stage.tap().flush();
    stage.tap().flush();
    const std::vector<Captured> all = stage.captured();
    REQUIRE(all.size() == 1);
    CHECK_FALSE(all[0].content);
    CHECK(all[0].event.content_octets == mail.size());
}

TEST_CASE("tap: a stop writes what was submitted; the file is finished then")
{
    Stage stage({{"anna@example.de", target(1)}});
    const auto who = interested(stage, "anna@example.de");
    for (int i = 0; i < 50; ++i)
        stage.tap().submit(event_at(i), who, content_of("mail " + std::to_string(i)));
    tap::RecordReader before(stage.incoming(), tap::record_files(stage.incoming()).front(),
                             stage.opener());
    CHECK_FALSE(before.finished());
    stage.stop();
    const std::vector<Captured> all = stage.captured();
    REQUIRE(all.size() == 50);
    for (int i = 0; i < 50; ++i)
        CHECK(all[static_cast<std::size_t>(i)].event.time == i);
    tap::RecordReader reader(stage.incoming(), tap::record_files(stage.incoming()).front(),
                             stage.opener());
    CHECK_FALSE(reader.finished());
    while (const auto record = reader.next())
        reader.empty(record->offset, record->next);
    CHECK(reader.finished());
    CHECK(reader.left_over() == 0);
    reader.remove();
    CHECK(tap::record_files(stage.incoming()).empty());
}

TEST_CASE("tap: who clears away what is finished takes no file that was just made")
{
    const Stage stage({});
    const std::size_t before = tap::record_files(stage.incoming()).size();
    std::jthread clearing([&stage](const std::stop_token& stop) {
        while (!stop.stop_requested())
            for (const std::string& name : tap::record_files(stage.incoming())) {
                tap::RecordReader reader(stage.incoming(), name, stage.opener());
                if (reader.finished())
                    reader.remove();
            }
    });
    std::vector<std::unique_ptr<tap::RecordFile>> files;
    for (int i = 0; i < 300; ++i)
        files.push_back(std::make_unique<tap::RecordFile>(stage.incoming()));
    clearing.request_stop();
    clearing.join();
    CHECK(tap::record_files(stage.incoming()).size() >= before + files.size());
}

TEST_CASE("tap: a file cut at any byte gives the whole records before it and no other")
{
    Stage stage({{"anna@example.de", target(1)}});
    const auto who = interested(stage, "anna@example.de");
    stage.tap().submit(event_at(1), who, content_of("first"));
    stage.tap().submit(event_at(2), who, content_of("second"));
    stage.stop();
    const std::string name = tap::record_files(stage.incoming()).front();
    const std::string path = stage.incoming() + "/" + name;
    tap::RecordReader whole(stage.incoming(), name, stage.opener());
    const auto first = whole.next();
    REQUIRE(first);
    const auto size = std::filesystem::file_size(path);
    for (auto length = size - 1; length > 0;
         length -= std::min<std::uintmax_t>(length, 7)) {
        std::filesystem::resize_file(path, length);
        const std::size_t expected = length >= first->content_offset ? 1 : 0;
        CHECK(stage.captured().size() == expected);
    }
}

// As after a power cut: events are synced, contents are not.
TEST_CASE("tap: contents that are lost in part or as a whole cost no event, and are missed")
{
    Stage stage({});
    Target sealed = target(2);
    sealed.recipient = stage.authority().certificate.der();
    stage.put({{"anna@example.de", target(1)}, {"anna@example.de", sealed}});
    stage.tap().flush();
    const auto who = interested(stage, "anna@example.de");
    stage.tap().submit(event_at(1), who, content_of("first"));
    stage.tap().submit(event_at(2), who, content_of("second"));
    stage.stop();
    REQUIRE(stage.captured().size() == 4);
    const std::string contents = tap::contents_beside(
        stage.incoming() + "/" + tap::record_files(stage.incoming()).front());
    const auto read = [&stage] {
        const std::vector<Captured> all = stage.captured();
        CHECK(all.size() == 4);
        return std::ranges::count_if(
            all, [](const Captured& one) { return one.content.has_value(); });
    };
    const auto size = std::filesystem::file_size(contents);
    std::filesystem::resize_file(contents, size - 1);
    CHECK(read() == 3);
    std::filesystem::resize_file(contents, size); // with a zero at the end
    CHECK(read() == 3);
    std::filesystem::resize_file(contents, 0);
    std::filesystem::resize_file(contents, size);
    CHECK(read() == 0);
    std::filesystem::remove(contents);
    CHECK(read() == 0);
    tap::RecordReader reader(stage.incoming(), tap::record_files(stage.incoming()).front(),
                             stage.opener());
    while (const auto record = reader.next())
        reader.empty(record->offset, record->next);
    CHECK(reader.finished());
    reader.remove();
    CHECK(std::filesystem::is_empty(stage.incoming()));
}

TEST_CASE("tap: a record file that fills up is followed by another, and nothing is lost")
{
    Stage stage({{"anna@example.de", target(1)}});
    stage.start(1u << 30);
    const auto who = interested(stage, "anna@example.de");
    const Content large = content_of(std::string(9u << 20, 'x'));
    for (int i = 0; i < 20; ++i)
        stage.tap().submit(event_at(i), who, large);
    const std::vector<Captured> all = stage.captured();
    CHECK(all.size() == 20);
    CHECK(std::ranges::all_of(all,
                              [](const Captured& one) { return one.content.has_value(); }));
    CHECK(tap::record_files(stage.incoming()).size() >= 3);
}

TEST_CASE("tap: a spool that is not there, or not for us, is said at the start")
{
    const seal::testing::Directory directory;
    CHECK_THROWS_AS(
        tap::Tap({.spool = "/nonexistent", .memory = directory.file("m"), .rules = {}}),
        base::Failure);
    std::filesystem::create_directory(tap::incoming_directory(directory.file("")));
    CHECK_THROWS_AS(
        tap::Tap({.spool = directory.file(""), .memory = "/nonexistent/m", .rules = {}}),
        base::Failure);
    CHECK(std::filesystem::is_empty(directory.file("m")));
}

TEST_CASE("tap: keys come one after the other, each its own")
{
    seal::Key first{};
    first.fill(9);
    tap::Ratchet one(first);
    tap::Ratchet other(first);
    std::vector<seal::Key> seen;
    for (std::uint64_t n = 0; n < 20; ++n) {
        CHECK(one.number() == n);
        CHECK(one.event_key() == other.event_key());
        seen.push_back(one.event_key());
        seen.push_back(one.content_key());
        one.advance();
        other.advance();
    }
    std::ranges::sort(seen);
    CHECK(std::ranges::adjacent_find(seen) == seen.end());
}

TEST_CASE("tap: a file that was sealed for another is said to be, and left alone")
{
    Stage stage({});
    stage.tap().flush();
    const tap::Opener other{stage.authority().certificate, stage.authority().key};
    tap::RecordReader reader(stage.incoming(), tap::record_files(stage.incoming()).front(),
                             other);
    CHECK_THROWS_AS((void)reader.next(), base::Failure);
}

TEST_CASE("tap: a reader that begins in the middle opens what follows")
{
    Stage stage({{"anna@example.de", target(1)}});
    const auto who = interested(stage, "anna@example.de");
    for (int i = 0; i < 5; ++i)
        stage.tap().submit(event_at(i), who, content_of("mail " + std::to_string(i)));
    stage.stop();
    const std::string name = tap::record_files(stage.incoming()).front();
    tap::RecordReader first(stage.incoming(), name, stage.opener());
    (void)first.next();
    (void)first.next();
    tap::RecordReader second(stage.incoming(), name, stage.opener());
    second.seek(first.at());
    const auto third = second.next();
    REQUIRE(third);
    CHECK(li::decode(third->event)->time == 2);
    CHECK(second.content(*third) == "mail 2");
}

TEST_CASE("tap: a record with a damaged event is not taken for one")
{
    const std::string record = tap::encode_record(3, "event", tap::ContentForm::ours, 7);
    for (std::size_t at = 0; at < tap::record_head_size + 5; ++at) {
        std::string bad = record;
        bad[at] = static_cast<char>(bad[at] ^ 0x10);
        const auto head = tap::read_head(bad);
        const bool taken = head && head->event_size == 5 &&
                           tap::is_sound(std::string_view(bad).substr(
                               0, tap::record_head_size + head->event_size));
        CHECK_FALSE(taken);
    }
    CHECK(record.size() == tap::record_head_size + 5);
    CHECK(tap::read_head(record)->size() == tap::padded(record.size() + 7));
}

TEST_CASE("tap: without a list there is nobody of interest, and nothing fails")
{
    Stage stage({});
    stage.stop();
    std::filesystem::remove(std::filesystem::path(stage.incoming()).parent_path() /
                            "match");
    stage.start();
    CHECK(interested(stage, "anna@example.de").empty());
    stage.put({{"anna@example.de", target(1)}});
    stage.tap().flush();
    CHECK(interested(stage, "anna@example.de").size() == 1);
}
