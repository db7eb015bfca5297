// SPDX-License-Identifier: Apache-2.0
// Tests of journal/filer.h: what concerns several tenants is filed as each of them wants
// it.
#include "base/file.h"
#include "db/journal_fixture_test.h"
#include "db/names.h"
#include "journal/filer.h"
#include "spool/layout.h"
#include "spool/test_spool.h"

#include <doctest/doctest.h>
#include <filesystem>

namespace {

using db::testing::found_in_files;
using db::testing::JournalFixture;

constexpr std::string_view mail = "From: Ann <ann@secret.test>\r\n"
                                  "Subject: Zwetschgen\r\n"
                                  "Content-Type: application/pdf; name=Mirabellen.pdf\r\n"
                                  "\r\n%PDF-1.4\r\n";

// Each domain is of the tenant of its name; far.test is elsewhere.
struct Scene {
    spool::test::TemporarySpool spool;
    JournalFixture journal;
    std::unique_ptr<spool::Writer> writer =
        std::make_unique<spool::Writer>(spool::test::small_options(spool.path));
    journal::FilerOptions options;

    Scene()
    {
        std::filesystem::create_directory(spool::events_directory(spool.path));
        options.spool = spool.path;
        options.database = journal.path;
        options.policies.tenants["brief"].subjects = false;
        options.policies.tenants["nameless"].attachment_names = false;
        options.policies.tenants["secret"].pseudonym_key = "a key of the tenants";
        options.owner_of = [](std::string_view address) -> std::optional<std::string> {
            const std::string_view domain = db::halves(address).domain;
            if (!domain.ends_with(".test") || domain == "far.test")
                return std::nullopt;
            return std::string(domain.substr(0, domain.find('.')));
        };
    }
    spool::MessageId put(const std::vector<std::string>& recipients,
                         const std::function<void(spool::Envelope&)>& change = {}) const
    {
        spool::Envelope envelope = spool::test::envelope_for("");
        envelope.sender = "ann@far.test";
        envelope.recipients.clear();
        for (const std::string& one : recipients)
            envelope.recipients.push_back({one, spool::notify_default, ""});
        if (change)
            change(envelope);
        spool::Draft draft = writer->begin();
        draft.append(mail);
        const auto written = writer->commit_and_wait(std::move(draft), envelope);
        REQUIRE(written);
        return written->id;
    }
    void tell(const std::string& events) const
    {
        base::make_file(spool::events_directory(spool.path) + "/sound", events, 0640);
    }
    void file() const
    {
        journal::Filer filer(options);
        while (filer.round().more) {
        }
    }
    [[nodiscard]] std::string seen(const std::string& columns) const
    {
        return journal.seen(columns, "journal_messages");
    }
    [[nodiscard]] std::size_t found(std::string_view word) const
    {
        return found_in_files(journal.path, word);
    }
};

} // namespace

TEST_CASE("journal: what one of several tenants does not want kept is in no file")
{
    const Scene scene;
    SUBCASE("recipients of several")
    {
        scene.put({"b@open.test", "c@brief.test", "d@nameless.test"});
        scene.file();
        CHECK(scene.seen("tenant, sender") == "brief\tnameless\topen|ann@far.test");
        CHECK(scene.found("wetschgen") == 0);
        CHECK(scene.found("irabellen") == 0);
    }
    SUBCASE("the user of another")
    {
        scene.put({"b@open.test"}, [](spool::Envelope& envelope) {
            envelope.client.login = "u@brief.test";
        });
        scene.file();
        CHECK(scene.seen("tenant, login") == "brief\topen|u@brief.test");
        CHECK(scene.found("wetschgen") == 0);
        CHECK(scene.found("irabellen") > 0);
    }
    SUBCASE("an alias of another")
    {
        scene.put({"b@open.test"}, [](spool::Envelope& envelope) {
            envelope.recipients[0].via = {"list@brief.test"};
        });
        scene.file();
        CHECK(scene.seen("tenant") == "brief\topen");
        CHECK(scene.found("wetschgen") == 0);
    }
    SUBCASE("what came of mail of another")
    {
        using enum spool::Origin;
        for (const spool::Origin origin :
             {bounce, delay_notice, success_notice, forward, replay})
            scene.put({"b@far.test"}, [&](spool::Envelope& envelope) {
                envelope.origin = origin;
                envelope.concerns = "brief.test far.test";
            });
        scene.file();
        CHECK(scene.seen("tenant") == "brief");
        CHECK(scene.journal.count("journal_messages WHERE tenant = 'brief'") == 5);
        CHECK(scene.found("wetschgen") == 0);
    }
    SUBCASE("nobody")
    {
        scene.put({"b@open.test", "c@other.test"});
        scene.file();
        CHECK(scene.seen("tenant, subject") == "open\tother|Zwetschgen");
    }
}

TEST_CASE("journal: one tenant's pseudonyms are those of all in its mail")
{
    const Scene scene;
    const std::string id = scene.put({"bob@open.test", "carl@secret.test"}).text();
    scene.tell("1000000 smtp-sendd " + id +
               " failed to=bob@open.test from=ann@far.test reason=\"550 5.1.1 ann may not "
               "mail bob\"\n");
    scene.file();
    CHECK(scene.journal.count("journal_recipients") == 2);
    CHECK(scene.journal.seen("result", "journal_recipients"
                                       " WHERE address LIKE 'p-%@open.test'") == "failed");
    for (const char* name : {"ann", "bob", "carl"}) {
        CHECK_MESSAGE(scene.found(name + std::string("@")) == 0, name);
        CHECK_MESSAGE(scene.found(" " + std::string(name)) == 0, name);
    }
}

TEST_CASE("journal: who wants pseudonyms has one in others' mail, too")
{
    const Scene scene;
    scene.put({"bob@open.test"}, [](spool::Envelope& envelope) {
        envelope.sender = "hidden@secret.test"; // who did not log in
    });
    scene.tell("1000000 smtp-relayd s recipient-refused client=192.0.2.1"
               " sender=hidden@secret.test recipient=none@open.test"
               " reply=\"550 5.1.1 no hidden@secret.test here\"\n");
    scene.file();
    CHECK(scene.seen("tenant") == "open");
    CHECK(scene.journal.count("journal_messages WHERE sender LIKE 'p-%@secret.test'") == 1);
    CHECK(scene.journal.count("journal_recipients WHERE address = 'bob@open.test'") == 1);
    CHECK(scene.journal.count("journal_refusals WHERE recipient = 'none@open.test'") == 1);
    CHECK(scene.found("hidden") == 0);
    CHECK(scene.found("ann@") == 0); // From
}

TEST_CASE("journal: a result that comes before its message is filed as that will be")
{
    const Scene scene;
    const std::string id = scene.put({"bob@open.test", "carl@secret.test"}).text();
    scene.tell("1000000 smtp-sendd " + id +
               " delivered to=bob@open.test reply=\"250 2.0.0 bob has it\"\n");
    journal::FilerOptions options = scene.options;
    options.messages = 0; // the first round takes none of the log
    {
        journal::Filer filer(options);
        (void)filer.round();
        CHECK(scene.journal.count("journal_messages WHERE state = 'unknown'") == 1);
        CHECK(scene.found("bob") == 0);
        // Where the message will be: it goes with its time.
        CHECK(scene.journal.seen("key >> 10", "messages") == "1795557000000000");
    }
    scene.file();
    CHECK(scene.journal.count("journal_recipients") == 2);
    CHECK(scene.journal.count("journal_recipients WHERE result = 'delivered'") == 1);
    CHECK(scene.seen("tenant, state") == "open\tsecret|queued");
    CHECK(scene.found("bob") == 0);
}
