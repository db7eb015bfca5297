// SPDX-License-Identifier: Apache-2.0
#include "db/journal_fixture_test.h"
#include "db/journal_replace.h"
#include "db/journal_retention.h"

#include <doctest/doctest.h>

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
