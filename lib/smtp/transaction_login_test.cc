// SPDX-License-Identifier: Apache-2.0
// Logins that come to nothing.
#include "smtp/transaction.h"

#include <doctest/doctest.h>

TEST_CASE("smtp: logins that the client cancels are errors, and bounded as these are")
{
    using smtp::Then;
    smtp::Service offered;
    offered.mechanisms = {"PLAIN", "LOGIN"};
    offered.limits.auth_failures = 1;
    offered.limits.errors = 4;
    smtp::Transaction transaction(offered, true);
    CHECK(transaction.judge(smtp::parse_command("EHLO client")).reply.code == 250);
    for (int i = 0; i < 3; ++i) {
        const smtp::Verdict verdict = transaction.auth_cancelled();
        CHECK(verdict.reply.code == 501);
        CHECK(verdict.reply.enhanced == "5.7.0");
        CHECK(verdict.then != Then::hang_up);
    }
    CHECK(transaction.auth_cancelled().then == Then::hang_up);
}
