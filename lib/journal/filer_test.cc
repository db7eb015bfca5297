// SPDX-License-Identifier: Apache-2.0
// Tests of journal/filer.h: every message has its row, once, whatever happens.
#include "base/file.h"
#include "base/log_test.h"
#include "db/journal_fixture_test.h"
#include "db/journal_reports.h"
#include "journal/filer.h"
#include "journal/lag.h"
#include "spool/event_writer.h"
#include "spool/journal_mark.h"
#include "spool/layout.h"
#include "spool/segments.h"
#include "spool/test_spool.h"

#include <doctest/doctest.h>
#include <filesystem>
#include <sys/stat.h>

namespace {

using db::testing::JournalFixture;

constexpr std::string_view mail = "From: Ann <ann@example.org>\r\n"
                                  "Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\n"
                                  "Message-ID: <1@example.org>\r\n"
                                  "Content-Type: application/pdf; name=plan.pdf\r\n"
                                  "\r\n%PDF-1.4\r\n";

struct Scene {
    spool::test::TemporarySpool spool;
    JournalFixture journal;
    std::unique_ptr<spool::Writer> writer =
        std::make_unique<spool::Writer>(spool::test::small_options(spool.path));

    Scene() { std::filesystem::create_directory(spool::events_directory(spool.path)); }

    [[nodiscard]] journal::FilerOptions options() const
    {
        journal::FilerOptions options;
        options.spool = spool.path;
        options.database = journal.path;
        options.messages = 7;
        options.lines = 5;
        return options;
    }
    spool::MessageId put(std::string_view recipient, std::string_view text = mail) const
    {
        return spool::test::write(*writer, recipient, text)->id;
    }
    [[nodiscard]] std::int64_t count(const std::string& table) const
    {
        return journal.count(table);
    }
};

void file_all(journal::Filer& filer)
{
    while (filer.round().more) {
    }
}

int said(const base::Captured& log, std::string_view what)
{
    const std::string text = log.text();
    int times = 0;
    for (std::size_t at = text.find(what); at != text.npos; at = text.find(what, at + 1))
        ++times;
    return times;
}

} // namespace

TEST_CASE("journal: every message of the log has its row, once")
{
    const Scene scene;
    for (int i = 0; i < 30; ++i)
        (void)scene.put("bob@example.org",
                        i % 3 == 0 ? std::string_view("\0\xff", 2) : mail);
    {
        journal::Filer filer(scene.options());
        (void)filer.round();
        CHECK(scene.count("messages") == 7);
    }
    journal::Filer filer(scene.options());
    file_all(filer);
    CHECK(scene.count("messages") == 30);
    (void)scene.put("carl@example.org");
    file_all(filer);
    CHECK(scene.count("messages") == 31);
    CHECK(scene.journal.seen("subject, message_id, sender, header_from",
                             "journal_messages ORDER BY key DESC") ==
          "Grüße|<1@example.org>|sender@example.org|ann@example.org");
    CHECK(scene.journal.count("journal_attachments WHERE"
                              " name = 'plan.pdf' AND found_type = 'application/pdf'") ==
          21);
    journal::Filer again(scene.options());
    CHECK(again.round().messages == 0);
}

TEST_CASE("journal: From is kept where its address is another than the sender's")
{
    const Scene scene;
    for (const char* from : {"Sender <sender@EXAMPLE.org>", "sender@example.org (Sender)",
                             "no address", "Carl <carl@example.org>"})
        (void)scene.put("bob@example.org", "From: " + std::string(from) + "\r\n\r\nx\r\n");
    journal::Filer filer(scene.options());
    file_all(filer);
    CHECK(scene.count("messages WHERE header_from IS NOT NULL") == 1);
    CHECK(scene.count("messages WHERE header_from = 'carl@example.org'") == 1);
    CHECK(scene.count("journal_messages WHERE header_from = 'sender@example.org'") == 3);
}

TEST_CASE("journal: a batch that could not be written is written later, whole")
{
    const Scene scene;
    for (int i = 0; i < 5; ++i)
        (void)scene.put("bob@example.org");
    journal::FilerOptions options = scene.options();
    bool available = false;
    options.owner_of = [&](std::string_view) {
        if (!available)
            throw base::Failure(base::Remedy::try_later, "locked");
        return "acme";
    };
    journal::Filer filer(options);
    CHECK_THROWS_AS((void)filer.round(), base::Failure);
    CHECK(scene.count("messages") == 0);
    available = true;
    file_all(filer);
    CHECK(scene.journal.count("journal_messages"
                              " WHERE tenant = 'acme'") == 5);
}

TEST_CASE("journal: events are filed, and their files go when nobody writes them")
{
    const Scene scene;
    const std::string id = scene.put("bob@example.org").text();
    const auto result = [&](const char* event) {
        return id + " " + event + " to=bob@example.org relay=mx:25 reason=\"450 4.2.0 no\"";
    };
    auto writer = std::make_unique<spool::EventWriter>(
        spool::EventWriter::Options{.directory = spool::events_directory(scene.spool.path),
                                    .program = "smtp-sendd",
                                    .wanted = journal::wanted_events,
                                    .free_space = 0});
    for (int i = 0; i < 9; ++i) {
        writer->take(result("deferred"));
        // Two of a microsecond would be one.
        for (const auto now = base::wall_microseconds();
             base::wall_microseconds() < now + 2;) {
        }
    }
    journal::Filer filer(scene.options());
    file_all(filer);
    CHECK(scene.journal.seen("result, attempts, enhanced", "journal_recipients") ==
          "waiting|9|4.2.0");
    writer->take(result("failed"));
    writer->take("s1 login-refused client=192.0.2.1 user=bob mechanism=PLAIN listener=x"
                 " reason=wrong");
    CHECK(spool::event_files(spool::events_directory(scene.spool.path)).size() == 1);
    writer.reset();
    file_all(filer);
    CHECK(spool::event_files(spool::events_directory(scene.spool.path)).empty());
    CHECK(scene.journal.seen("result, attempts", "journal_recipients") == "failed|10");
    CHECK(scene.count("logins") == 1);
    (void)filer.round();
    CHECK(scene.count("progress WHERE source LIKE 'events/%'") == 0);
}

TEST_CASE("journal: a minute after it was filed no line of an event is on the disk")
{
    const Scene scene;
    base::SteadyTime now{};
    journal::FilerOptions options = scene.options();
    options.steady = [&now] { return now; };
    spool::EventWriter writer({.directory = spool::events_directory(scene.spool.path),
                               .program = "imap-proxy",
                               .wanted = journal::wanted_events,
                               .free_space = 0});
    const auto login = [&](const char* user) {
        writer.take(fmt::format("s login-accepted client=192.0.2.1 user={}", user));
    };
    const auto on_disk = [&] {
        const std::string directory = spool::events_directory(scene.spool.path);
        return base::read_file(directory + "/" + spool::event_files(directory).front());
    };
    login("anna");
    journal::Filer filer(options);
    file_all(filer);
    CHECK(scene.count("logins") == 1);
    now += base::seconds(59);
    file_all(filer);
    CHECK(on_disk().contains("anna"));
    now += base::seconds(1);
    file_all(filer);
    CHECK_FALSE(on_disk().contains("anna"));
    login("bert");
    file_all(filer);
    CHECK(on_disk().contains("bert"));
    now += base::seconds(60);
    file_all(filer);
    CHECK_FALSE(on_disk().contains("bert"));
    CHECK(scene.count("logins") == 2);
    // One that reads all anew finds what is left.
    login("carl");
    const JournalFixture other;
    options.database = other.path;
    options.owner = false;
    journal::Filer again(options);
    file_all(again);
    CHECK(other.seen("login", "journal_logins") == "carl");
    // What is not filed stays.
    now += base::seconds(60);
    CHECK(on_disk().contains("carl"));
}

TEST_CASE("journal: who deletes segments hears what is filed, not more")
{
    const Scene scene;
    (void)scene.put("bob@example.org");
    CHECK(spool::read_journal_mark(scene.spool.path).empty());
    journal::Filer filer(scene.options());
    file_all(filer);
    const auto mark = spool::read_journal_mark(scene.spool.path);
    REQUIRE(mark.size() == 1);
    CHECK(mark[0].offset > 0);
    CHECK_FALSE(mark[0].finished);
    CHECK(static_cast<std::int64_t>(mark[0].offset) ==
          std::stoll(scene.journal.seen("position / 2", "progress")));
}

TEST_CASE("journal: an empty log is told once")
{
    const Scene scene;
    const auto inode = [&] {
        struct stat mark{};
        REQUIRE(::stat(spool::journal_mark_path(scene.spool.path).c_str(), &mark) == 0);
        return std::pair(mark.st_ino, mark.st_ctim.tv_nsec);
    };
    journal::Filer filer(scene.options());
    const auto first = inode();
    file_all(filer);
    file_all(filer);
    CHECK(inode() == first);
}

TEST_CASE("journal: a segment that is gone is forgotten")
{
    Scene scene;
    (void)scene.put("bob@example.org");
    journal::Filer filer(scene.options());
    file_all(filer);
    CHECK(scene.count("progress WHERE source LIKE 'log/%'") == 1);
    scene.writer.reset();
    spool::delete_segments(scene.spool.path, spool::segment_numbers(scene.spool.path));
    file_all(filer);
    CHECK(scene.count("progress") == 0);
    CHECK(spool::read_journal_mark(scene.spool.path).empty());
}

TEST_CASE("journal: what is no file of events, or damaged, does not stop the others")
{
    const Scene scene;
    const std::string directory = spool::events_directory(scene.spool.path) + "/";
    std::filesystem::create_directory(directory + "directory");
    std::filesystem::create_symlink("/etc/hostname", directory + "link");
    base::make_file(directory + "nonsense", "nonsense\nmore\n", 0640);
    base::make_file(directory + "sound",
                    "1 imap-proxy s login-accepted client=192.0.2.1 user=u\n", 0640);
    const base::Captured log({.program = "test"});
    journal::Filer filer(scene.options());
    CHECK(filer.round().lost);
    file_all(filer);
    CHECK(scene.count("logins") == 1);
    CHECK(said(log, "events-unreadable") == 2);
    CHECK(said(log, "events-damaged file=nonsense lines=2") == 1);
    CHECK(journal::lag_of(scene.spool.path, scene.journal.path).lines == 0);
    CHECK(spool::event_files(spool::events_directory(scene.spool.path)).size() == 2);
}

TEST_CASE("journal: that events were lost is told, and the queue may know of them")
{
    const Scene scene;
    const spool::MessageId id = scene.put("bob@example.org");
    const std::string directory = spool::events_directory(scene.spool.path) + "/";
    base::make_file(directory + "file",
                    "1 smtp-sendd - events-lost events=7\n2 smtp-sendd " + id.text() +
                        " deferred to=bob@example.org reason=\"450 4.2.0 no\"\n",
                    0640);
    const base::Captured log({.program = "test"});
    journal::Filer filer(scene.options());
    CHECK(filer.round().lost);
    CHECK_FALSE(filer.round().lost);
    CHECK(said(log, "events-lost program=smtp-sendd events=7") == 1);
    CHECK(scene.journal.seen("program, events", "journal_losses") == "smtp-sendd|7");
    const auto report = db::losses_by_program(db::JournalSearch(scene.journal.path), {});
    REQUIRE(report.size() == 1);
    CHECK(report[0].name == "smtp-sendd");
    CHECK(report[0].count == 7);
    CHECK(scene.journal.seen("result, attempts", "journal_recipients") == "waiting|1");
}

TEST_CASE("journal: what waits is counted, with or without somebody who files")
{
    const Scene scene;
    CHECK_FALSE(journal::lag_of(scene.spool.path, scene.journal.path).oldest);
    (void)scene.put("bob@example.org");
    (void)scene.put("bob@example.org");
    spool::EventWriter writer({.directory = spool::events_directory(scene.spool.path),
                               .program = "test",
                               .wanted = journal::wanted_events,
                               .free_space = 0});
    writer.take("i deferred to=a@b.example");
    const journal::Lag lag = journal::lag_of(scene.spool.path, scene.journal.path);
    CHECK(lag.messages == 2);
    CHECK(lag.octets == 2 * mail.size());
    CHECK(lag.lines == 1);
    CHECK(lag.counted);
    CHECK(lag.oldest.has_value());
    journal::Filer filer(scene.options());
    file_all(filer);
    CHECK(journal::lag_of(scene.spool.path, scene.journal.path).messages == 0);
    CHECK(journal::lag_of(scene.spool.path, scene.journal.path).lines == 0);
}

TEST_CASE("journal: very many files of events are filed in turn, open ones as well")
{
    std::size_t lines = 0; // a round may end in the middle of those that are open
    SUBCASE("all lines at once")
    {
        lines = 100'000;
    }
    SUBCASE("some lines at once")
    {
        lines = 100;
    }
    const Scene scene;
    constexpr int many = 600; // more than are open at once
    const auto writer = [&] {
        return std::make_unique<spool::EventWriter>(spool::EventWriter::Options{
            .directory = spool::events_directory(scene.spool.path),
            .program = "imap-proxy",
            .wanted = journal::wanted_events,
            .free_space = 0});
    };
    const auto login = [](int i) {
        return fmt::format("s login-accepted client=192.0.2.1 user=u{} mechanism=PLAIN", i);
    };
    std::vector<std::unique_ptr<spool::EventWriter>> writers;
    for (int i = 0; i < many; ++i) {
        writers.push_back(writer());
        writers.back()->take(login(i));
    }
    journal::FilerOptions options = scene.options();
    options.lines = lines;
    journal::Filer filer(options);
    file_all(filer);
    CHECK(scene.count("logins") == many);
    for (int i = 0; i < many; ++i)
        writers[static_cast<std::size_t>(i)]->take(login(i + many));
    writers.clear();
    file_all(filer);
    CHECK(scene.count("logins") == 2 * many);
    CHECK(spool::event_files(spool::events_directory(scene.spool.path)).empty());
}
