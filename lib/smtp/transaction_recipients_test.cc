// SPDX-License-Identifier: Apache-2.0
// Recipients beyond the limit: RFC 5321 4.5.3.1.10 for clients, an end for everybody else.
#include "smtp/transaction.h"

#include <doctest/doctest.h>
#include <string>

namespace {

using smtp::Then;
using smtp::Transaction;
using smtp::Verdict;

Verdict say(Transaction& transaction, std::string_view line)
{
    const Verdict verdict = transaction.judge(smtp::parse_command(line));
    if (verdict.then == Then::check_sender)
        return transaction.accept_sender();
    if (verdict.then == Then::check_recipient)
        return transaction.accept_recipient();
    return verdict;
}

smtp::Service service()
{
    smtp::Service offered;
    offered.limits.recipients = 10;
    offered.limits.errors = 3;
    offered.limits.commands_without_mail = 5;
    return offered;
}

// How many of them were told 452 before the session was ended or `most` were said.
int surplus(Transaction& transaction, int most)
{
    for (int i = 0; i < most; ++i) {
        const Verdict verdict =
            say(transaction, "RCPT TO:<r" + std::to_string(i) + "@d.test>");
        if (verdict.then == Then::hang_up) {
            CHECK(verdict.reply.code == 421);
            return i;
        }
        CHECK(verdict.reply.code == 452);
        CHECK(verdict.reply.enhanced == "4.5.3");
    }
    return most;
}

void begin(Transaction& transaction)
{
    CHECK(say(transaction, "MAIL FROM:<a@b>").reply.code == 250);
    for (int i = 0; i < 10; ++i)
        CHECK(say(transaction, "RCPT TO:<r@d.test>").reply.code == 250);
}

} // namespace

TEST_CASE("smtp: as many recipients again are too many, and no fault")
{
    Transaction transaction(service());
    (void)say(transaction, "EHLO c");
    for (int message = 0; message < 5; ++message) { // a list, in parts
        begin(transaction);
        CHECK(surplus(transaction, 10) == 10);
        CHECK(say(transaction, "DATA").then == Then::take_data);
        CHECK(transaction.message_done({250, "2.0.0", "taken"}).reply.code == 250);
    }
    CHECK(transaction.errors() == 0);
}

TEST_CASE("smtp: recipients without end end the session")
{
    Transaction transaction(service());
    (void)say(transaction, "EHLO c"); // the first idle command
    begin(transaction);
    CHECK(surplus(transaction, 1000) == 10 + 4);
}

TEST_CASE("smtp: a new transaction does not forgive recipients without end")
{
    Transaction transaction(service());
    (void)say(transaction, "EHLO c");
    int told = 0;
    for (int i = 0; i < 4; ++i) {
        begin(transaction);
        told += surplus(transaction, 8);
        if (say(transaction, "RSET").then == Then::hang_up)
            break;
    }
    CHECK(told < 4 * 8);
}
