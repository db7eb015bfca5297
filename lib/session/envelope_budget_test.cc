// SPDX-License-Identifier: Apache-2.0
// Envelopes of many sessions in one budget: who comes last waits, who ends gives back.
#include "session/envelope_budget.h"

#include <doctest/doctest.h>
#include <memory>

using session::EnvelopeBudget;
using session::EnvelopeShare;

TEST_CASE("session: the envelopes of all sessions share one budget")
{
    EnvelopeBudget budget(1000);
    EnvelopeShare one(budget);
    auto other = std::make_unique<EnvelopeShare>(budget);
    CHECK(one.take(600));
    CHECK(other->take(400)); // to the last byte
    CHECK(budget.used() == 1000);
    CHECK_FALSE(one.take(1));
    CHECK(budget.used() == 1000); // what is refused costs nothing

    one.give_back();
    CHECK(budget.used() == 400);
    CHECK(one.take(600));
    one.give_back();
    one.give_back(); // twice is once
    CHECK(budget.used() == 400);

    other.reset(); // a session that hangs up
    CHECK(budget.used() == 0);
}

TEST_CASE("session: a smaller budget takes nothing away, and lets nobody in")
{
    EnvelopeBudget budget(1000);
    EnvelopeShare share(budget);
    CHECK(share.take(900));
    budget.set_limit(500);
    CHECK_FALSE(share.take(1));
    CHECK(share.taken() == 900);
    share.give_back();
    CHECK(share.take(500));
}

TEST_CASE("session: a recipient costs more than its texts")
{
    smtp::Rcpt rcpt;
    rcpt.recipient.mailbox = "bob@example.org";
    const std::uint64_t plain = session::envelope_cost(rcpt);
    CHECK(plain > sizeof rcpt + rcpt.recipient.mailbox.size());
    rcpt.orcpt = "rfc822;" + std::string(493, 'x');
    CHECK(session::envelope_cost(rcpt) == plain + 3 * 500);
}
