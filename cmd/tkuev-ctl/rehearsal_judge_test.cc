// SPDX-License-Identifier: Apache-2.0
#include "rehearsal_judge.h"

#include <doctest/doctest.h>

using tkuev::CameOut;
using tkuev::Check;
using tkuev::Expected;
using tkuev::Verdict;
using tkuev::Yield;

namespace {

using etsi::EmailStatus;
using Result = Check::Result;

Expected mail()
{
    return {.session = "mail",
            .event = "mail_received",
            .port = 7,
            .message_id = "<1@t>",
            .sender = "s@t",
            .recipients = {"a@t"},
            .total_recipients = 2,
            .has_content = true,
            .digest = "d",
            .octets = 9};
}

CameOut came()
{
    return {.event = "mail_received",
            .status = EmailStatus::succeeded,
            .port = 7,
            .message_id = "<1@t>",
            .queue_id = "Q",
            .sender = "s@t",
            .recipients = {"a@t"},
            .total_recipients = 2,
            .digest = "d",
            .octets = 9};
}

Expected leg()
{
    return {.event = "mail_forwarded", .message_id = "<1@t>", .recipients = {"a@t"}};
}

CameOut came_leg(EmailStatus status = EmailStatus::succeeded)
{
    return {.event = "mail_forwarded",
            .status = status,
            .queue_id = "Q",
            .recipients = {"a@t"}};
}

Verdict judge(const std::vector<Expected>& expected, const Yield& yield)
{
    return tkuev::judge(expected, yield, {99});
}

} // namespace

TEST_CASE("tkuev-ctl: what came out exactly as it should is complete and exclusive")
{
    const Verdict verdict = judge(
        {mail(), leg()}, {.events = {came_leg(EmailStatus::unknown), came(), came_leg()},
                          .contents = {"d"}});
    CHECK(verdict.good());
    REQUIRE(verdict.checks.size() == 2);
    for (const Check& check : verdict.checks)
        CHECK(check.result == Result::right);
}

TEST_CASE("tkuev-ctl: each fact that is not right is told")
{
    struct Case {
        void (*change)(CameOut&);
        const char* why;
    };
    const Case cases[] = {
        {[](CameOut& it) { it.status = EmailStatus::failed; },
         "came out with another status"},
        {[](CameOut& it) { it.message_id = "<2@t>"; }, "Message-ID differs: <2@t>"},
        {[](CameOut& it) { it.sender = "x@t"; }, "sender differs: x@t"},
        {[](CameOut& it) { it.recipients = {"a@t", "c@t"}; },
         "recipients differ: a@t, c@t"},
        {[](CameOut& it) { it.total_recipients = 1; }, "number of recipients differs: 1"},
        {[](CameOut& it) { it.octets = 8; }, "content of 9 octets came out as 8"},
        {[](CameOut& it) { it.digest = "e"; }, "octets of the content differ"},
    };
    for (const Case& one : cases) {
        CameOut wrong = came();
        one.change(wrong);
        const Verdict verdict = judge({mail()}, {.events = {wrong}, .contents = {"d"}});
        CHECK(!verdict.complete);
        REQUIRE(!verdict.checks.empty());
        CHECK(verdict.checks[0].result == Result::differs);
        CHECK(verdict.checks[0].why == one.why);
    }
}

TEST_CASE("tkuev-ctl: what is missing, and what is too much")
{
    CHECK(judge({mail()}, {}).checks[0].result == Result::missing);
    CameOut elsewhere = came();
    elsewhere.port = 8;
    const Verdict other = judge({mail()}, {.events = {elsewhere}, .contents = {"d"}});
    CHECK(!other.complete);
    CHECK(!other.exclusive);

    const Verdict no_content = judge({mail()}, {.events = {came()}});
    CHECK(no_content.checks[0].why == "its content did not come out");
    CHECK(no_content.exclusive);

    const Verdict twice =
        judge({mail()}, {.events = {came(), came()}, .contents = {"d", "d"}});
    CHECK(twice.complete);
    CHECK(!twice.exclusive);
    REQUIRE(twice.checks.size() == 3);
    CHECK(twice.checks[1].why == "belongs to no session, or came out twice");
    CHECK(twice.checks[2].event == "content");

    CameOut foreign = came();
    foreign.port = 99;
    const Verdict bystander = judge({}, {.events = {foreign}});
    CHECK(!bystander.exclusive);
    CHECK(bystander.checks[0].session == "bystander");

    // A leg of a mail that nobody knows, however it went.
    CHECK(!judge({}, {.events = {came_leg(EmailStatus::unknown)}}).exclusive);
}

TEST_CASE("tkuev-ctl: of two that are alike each counts once")
{
    Expected second = mail();
    second.message_id = "<2@t>";
    CameOut other = came();
    other.message_id = "<2@t>";
    CHECK(judge({mail(), second}, {.events = {other, came()}, .contents = {"d", "d"}})
              .good());
    CHECK(!judge({mail(), second}, {.events = {came(), came()}, .contents = {"d", "d"}})
               .complete);
}

TEST_CASE("tkuev-ctl: the ledger knows events and octets alone")
{
    const auto line = [](const char* event, std::uint64_t octets) {
        return CameOut{.event = event, .facts = false, .octets = octets};
    };
    Yield yield{.events = {line("mail_forwarded", 0), line("mail_received", 9)},
                .contents_seen = false};
    CHECK(judge({mail(), leg()}, yield).good());
    yield.events[1].octets = 8;
    const Verdict verdict = judge({mail(), leg()}, yield);
    CHECK(!verdict.complete);
    CHECK(!verdict.exclusive);
}
