// SPDX-License-Identifier: Apache-2.0
// Logins that come to nothing; and what HELP tells before and after one.
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

TEST_CASE("smtp: HELP names what is possible now")
{
    smtp::Service offered;
    const auto help = [](smtp::Transaction& transaction) {
        return transaction.judge(smtp::parse_command("HELP")).reply.text;
    };
    offered.chunking = false;
    smtp::Transaction bare(offered);
    CHECK(help(bare) == "commands: EHLO HELO MAIL RCPT DATA RSET VRFY NOOP HELP QUIT");

    offered.starttls = offered.etrn = offered.chunking = true;
    offered.mechanisms = {"PLAIN"};
    smtp::Transaction transaction(offered);
    CHECK(help(transaction) ==
          "commands: EHLO HELO STARTTLS MAIL RCPT DATA BDAT RSET VRFY ETRN NOOP HELP QUIT");
    transaction.tls_started();
    CHECK(help(transaction) ==
          "commands: EHLO HELO AUTH MAIL RCPT DATA BDAT RSET VRFY ETRN NOOP HELP QUIT");
    (void)transaction.auth_done("anna");
    CHECK_FALSE(help(transaction).contains("AUTH"));
}
