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

TEST_CASE("smtp: what we cannot answer now is no error of the client")
{
    smtp::Service offered = service();
    offered.limits.commands_without_mail = 50;
    Transaction transaction(offered);
    (void)say(transaction, "EHLO c");
    (void)say(transaction, "MAIL FROM:<a@b>");
    for (int i = 0; i < 49; ++i) {
        CHECK(transaction.judge(smtp::parse_command("RCPT TO:<r@d.test>")).then ==
              Then::check_recipient);
        const Verdict verdict = transaction.refuse_recipient({451, "4.4.1", "later"});
        CHECK(verdict.reply.code == 451);
        CHECK_FALSE(verdict.delay);
    }
    CHECK(transaction.errors() == 0);
    CHECK(transaction.refuse_recipient({451, "4.4.1", "later"}).then == Then::hang_up);
    Transaction other(offered);
    CHECK(other.refuse_recipient({550, "5.1.1", "who?"}).reply.code == 550);
    CHECK(other.errors() == 1);
}

TEST_CASE("smtp: chunks of nothing end the session, chunks of something do not")
{
    Transaction transaction(service());
    (void)say(transaction, "EHLO c");
    begin(transaction);
    const auto chunk = [&](std::string_view line) {
        CHECK(say(transaction, line).then == Then::take_chunk);
        return transaction.chunk_done().then;
    };
    for (int i = 0; i < 100; ++i)
        CHECK(chunk("BDAT 1") == Then::listen);
    for (int i = 0; i < 4; ++i)
        CHECK(chunk("BDAT 0") == Then::listen);
    CHECK(chunk("BDAT 0") == Then::hang_up);
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
