// SPDX-License-Identifier: Apache-2.0
// Where XFORWARD says that a message comes from.
#include "smtp/transaction.h"

#include <doctest/doctest.h>

namespace {

int answer(smtp::Transaction& transaction, std::string_view line)
{
    const smtp::Verdict verdict = transaction.judge(smtp::parse_command(line));
    if (verdict.then == smtp::Then::check_sender)
        return transaction.accept_sender().reply.code;
    return verdict.reply.code;
}

} // namespace

TEST_CASE("smtp: XFORWARD is for trusted fronts only")
{
    smtp::Transaction stranger({});
    CHECK(answer(stranger, "EHLO client") == 250);
    CHECK(answer(stranger, "XFORWARD ADDR=192.0.2.1") == 550);
    CHECK_FALSE(stranger.origin().address);
}

TEST_CASE("smtp: whom XCLIENT names is not trusted with XFORWARD")
{
    smtp::Service offered;
    offered.xforward = true;
    offered.xclient = true;
    smtp::Transaction transaction(offered);
    CHECK(answer(transaction, "EHLO front") == 250);
    (void)transaction.xclient_applied(*smtp::parse_xclient("ADDR=192.0.2.1"));
    CHECK(answer(transaction, "EHLO stranger") == 250);
    CHECK(answer(transaction, "XFORWARD ADDR=192.0.2.2") == 550);
}

TEST_CASE("smtp: XFORWARD tells of one message and changes nothing else")
{
    smtp::Service offered;
    offered.xforward = true;
    smtp::Transaction transaction(offered);
    const smtp::Verdict hello = transaction.judge(smtp::parse_command("EHLO front"));
    CHECK(hello.reply.text.contains("\nXFORWARD NAME ADDR PORT PROTO HELO IDENT SOURCE\n"));
    CHECK(answer(transaction, "XFORWARD ADDR=192.0.2.1 HELO=true.example") == 250);
    CHECK(answer(transaction, "XFORWARD HELO=truer.example SOURCE=REMOTE IDENT=4711") ==
          250);
    CHECK(answer(transaction, "XFORWARD LOGIN=anna") == 501);
    CHECK(answer(transaction, "MAIL FROM:<a@b>") == 250);
    CHECK(answer(transaction, "XFORWARD ADDR=192.0.2.2") == 503);
    CHECK(transaction.origin().address == "192.0.2.1");
    CHECK(transaction.origin().helo == "truer.example");
    CHECK(transaction.origin().ident == "4711");
    CHECK(transaction.helo() == "front");
    CHECK(answer(transaction, "RSET") == 250);
    CHECK(transaction.origin() == smtp::ClientAttributes{});
}
