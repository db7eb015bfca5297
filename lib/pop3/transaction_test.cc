// SPDX-License-Identifier: Apache-2.0
#include "pop3/transaction.h"

#include <doctest/doctest.h>
#include <string>
#include <vector>

using pop3::Answer;
using pop3::Transaction;

namespace {

Transaction three()
{
    return Transaction({{"aa", 100}, {"bb", 20}, {"cc", 3}});
}

} // namespace

TEST_CASE("transaction: what is elsewhere is listed and counted, and cannot be had")
{
    Transaction session({{.uid = "aa", .octets = 100},
                         {.uid = "bb", .octets = 20, .elsewhere = true},
                         {.uid = "cc", .octets = 0, .elsewhere = true}});
    CHECK(session.judge("STAT").reply == "+OK 3 120\r\n");
    CHECK(session.judge("UIDL").reply ==
          "+OK unique ids follow\r\n1 aa\r\n2 bb\r\n3 cc\r\n.\r\n");
    CHECK(session.judge("LIST").reply ==
          "+OK sizes follow\r\n1 100\r\n2 20\r\n3 0\r\n.\r\n");
    CHECK(session.judge("UIDL 2").reply == "+OK 2 bb\r\n");
    CHECK(session.judge("LIST 2").reply == "+OK 2 20\r\n");
    CHECK(session.judge("LIST 3").reply == "+OK 3 0\r\n"); // its size is not known
    CHECK(session.judge("UIDL 4").reply == "-ERR no such message\r\n");
    // However often: it is no error of the client's.
    for (std::uint32_t i = 0; i < Transaction::most_errors; ++i)
        for (const char* line : {"RETR 2", "TOP 3 0", "TOP 3", "DELE 2"}) {
            const Answer answer = session.judge(line);
            CHECK(answer.reply ==
                  "-ERR [SYS/TEMP] this message is on the server that is down now\r\n");
            CHECK(answer.then == Answer::Then::listen);
        }
    CHECK(session.marked().empty());
    CHECK(session.judge("RETR 1").then == Answer::Then::send);
    CHECK(session.judge("DELE 1").reply == "+OK marked\r\n");
    CHECK(session.judge("STAT").reply == "+OK 2 20\r\n");
    CHECK(session.judge("RETR 4").reply == "-ERR no such message\r\n");
}

TEST_CASE("transaction: each command and its answer")
{
    struct Example {
        const char* line;
        const char* reply;
    };
    const Example examples[] = {
        {"STAT", "+OK 3 123\r\n"},
        {"stat", "+OK 3 123\r\n"},
        {"LIST", "+OK sizes follow\r\n1 100\r\n2 20\r\n3 3\r\n.\r\n"},
        {"LIST 2", "+OK 2 20\r\n"},
        {"LIST 4", "-ERR no such message\r\n"},
        {"LIST 0", "-ERR no such message\r\n"},
        {"LIST x", "-ERR no such message\r\n"},
        {"LIST -1", "-ERR no such message\r\n"},
        {"LIST 4294967297", "-ERR no such message\r\n"},
        {"UIDL", "+OK unique ids follow\r\n1 aa\r\n2 bb\r\n3 cc\r\n.\r\n"},
        {"UIDL 3", "+OK 3 cc\r\n"},
        {"UIDL 9", "-ERR no such message\r\n"},
        {"NOOP", "+OK nothing done\r\n"},
        {"RETR", "-ERR no such message\r\n"},
        {"RETR 4", "-ERR no such message\r\n"},
        {"TOP 1", "-ERR syntax: TOP message lines\r\n"},
        {"TOP 4 1", "-ERR no such message\r\n"},
        {"DELE", "-ERR no such message\r\n"},
        {"USER bob", "-ERR you are logged in already\r\n"},
        {"STLS", "-ERR you are logged in already\r\n"},
        {"XTND", "-ERR unknown command\r\n"},
        {"", "-ERR unknown command\r\n"},
        {"GET / HTTP/1.1", "-ERR unknown command\r\n"},
        {"LIST \x01", "-ERR this is no command\r\n"},
    };
    for (const Example& example : examples) {
        CAPTURE(example.line);
        Transaction session = three();
        const Answer answer = session.judge(example.line);
        CHECK(answer.reply == example.reply);
        CHECK(answer.then == Answer::Then::listen);
    }
}

TEST_CASE("transaction: a message is to be sent, whole or its top")
{
    Transaction session = three();
    const Answer whole = session.judge("RETR 2");
    CHECK(whole.reply == "+OK 20 octets\r\n");
    CHECK(whole.then == Answer::Then::send);
    CHECK(whole.message == 1);
    CHECK_FALSE(whole.lines);
    const Answer top = session.judge("TOP 3 0");
    CHECK(top.then == Answer::Then::send);
    CHECK(top.message == 2);
    CHECK(top.lines == 0);
}

TEST_CASE("transaction: what is deleted is gone for the session, until RSET")
{
    Transaction session = three();
    CHECK(session.judge("DELE 2").reply == "+OK marked\r\n");
    for (const char* line : {"LIST 2", "UIDL 2", "RETR 2", "TOP 2 1", "DELE 2"})
        CHECK(session.judge(line).reply == "-ERR no such message\r\n");
    CHECK(session.judge("STAT").reply == "+OK 2 103\r\n");
    CHECK(session.judge("LIST").reply == "+OK sizes follow\r\n1 100\r\n3 3\r\n.\r\n");
    CHECK(session.judge("UIDL").reply == "+OK unique ids follow\r\n1 aa\r\n3 cc\r\n.\r\n");
    CHECK(session.marked() == std::vector<std::size_t>{1});
    CHECK(session.judge("RSET").then == Answer::Then::listen);
    CHECK(session.marked().empty());
    CHECK(session.judge("STAT").reply == "+OK 3 123\r\n");
}

TEST_CASE("transaction: QUIT leads to the update, with what is marked")
{
    Transaction session = three();
    (void)session.judge("DELE 3");
    (void)session.judge("DELE 1");
    CHECK(session.judge("QUIT").then == Answer::Then::update);
    CHECK(session.marked() == std::vector<std::size_t>{0, 2});
}

TEST_CASE("transaction: an empty maildrop")
{
    Transaction session{{}};
    CHECK(session.judge("STAT").reply == "+OK 0 0\r\n");
    CHECK(session.judge("LIST").reply == "+OK sizes follow\r\n.\r\n");
    CHECK(session.judge("RETR 1").reply == "-ERR no such message\r\n");
}

TEST_CASE("transaction: long lines are no commands, and errors come to an end")
{
    Transaction session = three();
    CHECK(session.judge("LIST 1" + std::string(249, ' ')).reply == "+OK 1 100\r\n");
    CHECK(session.judge("LIST 1" + std::string(250, ' ')).reply ==
          "-ERR this is no command\r\n");
    for (std::uint32_t i = 2; i < Transaction::most_errors; ++i)
        CHECK(session.judge("NONSENSE").then == Answer::Then::listen);
    CHECK(session.judge("NONSENSE").then == Answer::Then::hang_up);
}
