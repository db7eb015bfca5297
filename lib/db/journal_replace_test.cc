// SPDX-License-Identifier: Apache-2.0
#include "db/journal_fixture_test.h"
#include "db/journal_replace.h"
#include "db/journal_retention.h"

#include <doctest/doctest.h>
#include <fstream>

namespace {

using namespace db::testing;

constexpr std::int64_t day = 86'400 * second;

// A journal, and another one that is made anew, with messages alone: as a rebuild has them.
struct Rebuilt : JournalFixture {
    JournalFixture fresh;

    void replace() const
    {
        (void)db::take_over_results(fresh.path, path);
        db::replace_journal(fresh.path, path, base::milliseconds{1000});
    }
};

} // namespace

TEST_CASE("journal: what is deleted after a rebuild is nowhere in the files either")
{
    const Rebuilt journals;
    constexpr std::uint64_t count = 3000;
    std::mt19937 source(1);
    {
        db::Journal old(journals.path);
        db::Journal fresh(journals.fresh.path);
        db::JournalBatch old_batch(old);
        db::JournalBatch fresh_batch(fresh);
        for (std::uint64_t id = 1; id <= count; ++id) {
            const std::string mark = id % 2 == 0 ? "gone" : "kept";
            const auto word = [&] { return random_word(source) + mark; };
            auto message = a_message(id, noon + (id % 2 == 0 ? 0 : day) +
                                             static_cast<std::int64_t>(id));
            message.sender = word() + "@example.net";
            message.subject = word();
            message.recipients = {{word() + "@example.org", ""}};
            auto result = a_result(id, message.time + second);
            result.address = message.recipients[0].address;
            result.reply = "250 " + word();
            result.relay = word();
            (void)old_batch.file(message);
            (void)old_batch.file(result);
            (void)fresh_batch.file(message);
        }
        old_batch.commit();
        fresh_batch.commit();
    }
    journals.replace();
    CHECK(is_scrubbed(journals.path));
    CHECK(found_in_files(journals.path, "gone") > count);
    const auto done =
        db::JournalRetention(journals.path)
            .apply({{.kind = db::RetentionKind::messages, .before = noon + day / 2}});
    CHECK(done.messages == count / 2);
    CHECK(done.finished);
    CHECK(found_in_files(journals.path, "gone") == 0);
    CHECK(journals.whole());
    CHECK(journals.seen("count(*)", "journal_recipients WHERE reply LIKE '%kept'") ==
          std::to_string(count / 2));
}

TEST_CASE("journal: labels that both had stay for the results taken over")
{
    const Rebuilt journals;
    // Each knows this relay, the new one from the older message alone.
    auto late = a_result(2, noon + 2 * day + second);
    journals.file(a_message(2, noon + 2 * day), late);
    journals.fresh.file(a_message(1), a_result(1, noon + second),
                        a_message(2, noon + 2 * day));
    journals.replace();
    CHECK(db::JournalRetention(journals.path).apply({{.before = noon + day}}).messages ==
          1);
    CHECK(journals.seen("result, relay, tls",
                        "journal_recipients WHERE address = 'bob@example.org'") ==
          "delivered|mail1.internal[192.0.2.9]:25|TLSv1.3");
}

TEST_CASE("journal: what only the old one has is counted")
{
    const Rebuilt journals;
    CHECK(db::lack_of(journals.fresh.path, journals.path).none());
    const auto other = [](db::JournalRefusal refusal) {
        refusal.recipient = "other@example.org";
        return refusal;
    };
    journals.file(a_message(1, noon - day), a_message(2), a_refusal(noon + 1),
                  other(a_refusal(noon + 1)), a_refusal(noon + 2), a_login(noon + 3),
                  a_login(noon - 2 * day));
    journals.fresh.file(other(a_refusal(noon + 1)), a_refusal(noon + 1), a_message(2),
                        a_message(3), a_login(noon + 3));
    const db::JournalLack lack = db::lack_of(journals.fresh.path, journals.path);
    CHECK(lack.messages == 1);
    CHECK(lack.refusals == 1);
    CHECK(lack.logins == 1);
    CHECK(lack.oldest == noon - 2 * day);
}

TEST_CASE("journal: results that nobody knew are not taken over, events that were lost are")
{
    const Rebuilt journals;
    journals.file(a_message(1), a_result(1, noon + second, db::Outcome::unknown),
                  db::JournalLoss{noon, "pop-proxy", 9});
    journals.fresh.file(a_message(1));
    journals.replace();
    CHECK(journals.seen("result", "journal_recipients WHERE address = 'bob@example.org'") ==
          "waiting");
    CHECK(journals.seen("program, events", "journal_losses") == "pop-proxy|9");
}

TEST_CASE("journal: only a journal of this version, or what is left of one, is replaced")
{
    const JournalFixture journal;
    const auto remedy_of = [](const std::string& path) {
        const auto failure = failure_of([&] { db::require_replaceable(path); });
        return failure ? failure->exit_status() : 0;
    };
    CHECK(remedy_of(journal.path) == 0);
    std::filesystem::resize_file(journal.path, 8192); // of forty pages
    CHECK(remedy_of(journal.path) == 0);
    std::ofstream(journal.path) << "";
    CHECK(remedy_of(journal.path) == 0);
    std::ofstream(journal.path) << "127.0.0.1 localhost\n";
    CHECK(remedy_of(journal.path) == 65);
    const Fixture other; // sponts.db
    CHECK(remedy_of(other.path) == 65);
    const JournalFixture newer;
    db::Sqlite(newer.path, db::Access::scrub, base::milliseconds{1000})
        .run("PRAGMA user_version = 99");
    CHECK(remedy_of(newer.path) == 78);
}
