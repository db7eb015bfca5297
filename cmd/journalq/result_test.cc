// SPDX-License-Identifier: Apache-2.0
#include "result.h"

#include <doctest/doctest.h>

namespace {

constexpr std::int64_t noon = 1'795'435'200'000'000;

db::FiledRecipient recipient(db::Outcome outcome, std::int64_t time = 0)
{
    db::FiledRecipient one;
    one.result.outcome = outcome;
    one.result.time = time;
    return one;
}

db::FiledMessage message(std::vector<db::FiledRecipient> recipients)
{
    db::FiledMessage filed;
    filed.message.time = noon;
    filed.recipients = std::move(recipients);
    return filed;
}

} // namespace

TEST_CASE("journalq: the worst result is the one that somebody should look at first")
{
    using enum db::Outcome;
    const db::FiledMessage filed =
        message({recipient(delivered), recipient(waiting), recipient(expired)});
    CHECK(journalq::worst_recipient(filed) == &filed.recipients[2]);
    CHECK(journalq::worst_result(filed) == "expired");
    CHECK(journalq::waits(filed));
    db::FiledMessage nobody = message({});
    CHECK(journalq::worst_recipient(nobody) == nullptr);
    CHECK(journalq::worst_result(nobody) == "unknown");
    CHECK_FALSE(journalq::waits(nobody));
    nobody.refused = true;
    CHECK(journalq::worst_result(nobody) == "refused");
}

TEST_CASE("journalq: a result that nobody knows is less than one that is to come")
{
    using enum db::Outcome;
    CHECK(journalq::worst_result(message({recipient(delivered), recipient(unknown)})) ==
          "unknown");
    CHECK(journalq::worst_result(message({recipient(unknown), recipient(waiting)})) ==
          "waiting");
    CHECK(journalq::state_of(message({recipient(delivered), recipient(unknown)})) ==
          "unknown");
    CHECK(journalq::state_of(message({recipient(unknown), recipient(waiting)})) ==
          "queued");
    CHECK(journalq::state_of(message({recipient(delivered), recipient(failed)})) == "done");
    db::FiledMessage results = message({recipient(delivered)});
    results.known = false;
    CHECK(journalq::state_of(results) == "unknown");
}

TEST_CASE("journalq: a delay is known when it is over, and never less than nothing")
{
    using enum db::Outcome;
    db::FiledMessage filed = message({});
    CHECK(journalq::delay_of(filed, recipient(delivered, noon + 1'500'999)) == 1500);
    CHECK(journalq::delay_of(filed, recipient(failed, noon - 5000)) == 0);
    CHECK_FALSE(journalq::delay_of(filed, recipient(waiting, noon + 5)));
    CHECK_FALSE(journalq::delay_of(filed, recipient(unknown, noon + 5)));
    CHECK_FALSE(journalq::delay_of(filed, recipient(deleted)));
    filed.known = false;
    CHECK_FALSE(journalq::delay_of(filed, recipient(delivered, noon + 5)));
}
