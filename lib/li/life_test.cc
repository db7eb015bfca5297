// SPDX-License-Identifier: Apache-2.0
#include "li/life.h"
#include "li/words.h"

#include <doctest/doctest.h>
#include <random>

namespace {

using li::Act;
using li::State;
using li::Time;

Time at(std::string_view text)
{
    const auto time = li::parse_time(text);
    REQUIRE_MESSAGE(time.has_value(), std::string(text));
    return *time;
}

li::Order order(li::Channel channel, Time received, Time end)
{
    li::Order order;
    order.channel = channel;
    order.received = received;
    order.end = end;
    return order;
}

li::Measure ordered(std::string_view begin, std::string_view end,
                    li::Channel channel = li::Channel::original)
{
    li::Measure measure;
    measure.orders.push_back(order(channel, at(begin), at(end)));
    measure.orders.back().begin = at(begin);
    measure.life.entered_by = "one";
    return measure;
}

li::Measure armed(std::string_view begin, std::string_view end,
                  li::Channel channel = li::Channel::original)
{
    li::Measure measure = ordered(begin, end, channel);
    const Time now = at(begin) - li::second;
    REQUIRE(li::approve(measure, now, "two", {}).has_value());
    REQUIRE(li::activate(measure, now, "one").has_value());
    return measure;
}

li::Order extension(std::string_view end, li::Channel channel = li::Channel::original,
                    Time received = 0)
{
    return order(channel, received, at(end));
}

} // namespace

TEST_CASE("li: which act leads from which state to which")
{
    // Rows: states; columns: acts; what results, or nothing.
    struct Row {
        State from;
        std::string to; // a letter for each act
    };
    // a: awaiting-approval, p: awaiting-provisioning, A: active, s: suspended,
    // c: cancelled, e: error, r: rejected, i: invalid
    const std::string letters = "apAsxceri";
    const Row rows[] = {
        //                             approve reject invalidate activate confirm extend
        //                             suspend resume end fail
        {State::awaiting_approval, "pri-a---c-"},
        {State::awaiting_provisioning, "-riApp--c-"},
        {State::active, "----AAs-ce"},
        {State::suspended, "----ss-Ac-"},
        {State::expired, "----------"},
        {State::cancelled, "----------"},
        {State::error, "---Aees-c-"},
        {State::rejected, "----------"},
        {State::invalid, "----------"},
    };
    for (const Row& row : rows)
        for (std::size_t i = 0; i < row.to.size(); ++i) {
            const auto act = static_cast<Act>(i);
            CAPTURE(li::name(row.from));
            CAPTURE(li::name(act));
            std::string found = "-";
            for (const li::Step& step : li::steps())
                if (step.act == act && step.from == row.from)
                    found = letters.substr(static_cast<std::size_t>(step.to), 1);
            CHECK(found == row.to.substr(i, 1));
            li::Measure measure = ordered("2026-01-01", "2026-02-01");
            measure.life.state = row.from;
            const auto may = li::allowed(measure, act, at("2026-01-02"));
            CHECK(may.has_value() == (row.to[i] != '-'));
            if (!may)
                CHECK(may.error() ==
                      "cannot " + std::string(li::name(act)) + ": the measure is " +
                          std::string(li::name(row.from)) +
                          (row.from == State::expired ? " since 2026-02-01T00:00:00+01:00"
                                                      : ""));
        }
}

TEST_CASE("li: a measure captures from its activation and its begin to its end")
{
    const li::Measure early = armed("2026-01-01", "2026-04-01");
    CHECK_FALSE(li::covers(early, at("2026-01-01") - 1));
    CHECK(li::covers(early, at("2026-01-01")));
    CHECK(li::covers(early, at("2026-04-01") - 1));
    CHECK_FALSE(li::covers(early, at("2026-04-01")));
    CHECK(li::state_at(early, at("2026-04-01") - 1) == State::active);
    CHECK(li::state_at(early, at("2026-04-01")) == State::expired);
    CHECK(li::may_cover(early, at("2025-12-31")));
    CHECK_FALSE(li::may_cover(early, at("2026-04-01")));

    li::Measure late = ordered("2026-01-01", "2026-04-01");
    const Time arming = at("2026-01-05 12:00");
    REQUIRE(li::approve(late, arming - 1, "two", {}).has_value());
    CHECK_FALSE(li::covers(late, arming));
    REQUIRE(li::activate(late, arming, "one").has_value());
    CHECK_FALSE(li::covers(late, arming - 1));
    CHECK(li::covers(late, arming));
}

TEST_CASE("li: pauses and ends count to the microsecond")
{
    li::Measure measure = armed("2026-01-01", "2026-04-01");
    const Time pause = at("2026-01-10") + 7;
    REQUIRE(li::suspend(measure, pause).has_value());
    CHECK(li::covers(measure, pause - 1));
    CHECK_FALSE(li::covers(measure, pause));
    CHECK_FALSE(li::suspend(measure, pause).has_value());
    REQUIRE(li::resume(measure, pause + 100).has_value());
    CHECK_FALSE(li::covers(measure, pause + 99));
    CHECK(li::covers(measure, pause + 100));
    REQUIRE(li::fail(measure, pause + 200, "no line").has_value());
    CHECK(measure.life.end_reason == "no line");
    CHECK(li::covers(measure, pause + 200)); // as far as it can be
    CHECK(li::may_cover(measure, pause + 200));
    CHECK_FALSE(li::may_cover(measure, at("2026-04-01")));
    CHECK(li::state_at(measure, at("2026-04-01")) == State::expired);
    REQUIRE(li::activate(measure, pause + 300, "two").has_value());
    CHECK(measure.life.end_reason.empty());
    CHECK(measure.life.activated_by == "one");
    CHECK(li::covers(measure, pause + 300));
    REQUIRE(li::suspend(measure, pause + 400).has_value());
    REQUIRE(li::end(measure, pause + 500, "one", "revoked").has_value());
    CHECK_FALSE(li::covers(measure, pause + 450));
    CHECK_FALSE(li::covers(measure, pause + 500));
    CHECK(li::state_at(measure, pause + 500) == State::cancelled);
    CHECK(li::state_at(measure, at("2027-01-01")) == State::cancelled);
    CHECK_FALSE(li::next_change(measure, pause + 500));
}

TEST_CASE("li: an advance copy ends after a week unless the original comes")
{
    for (const auto channel : {li::Channel::fax, li::Channel::electronic}) {
        // Summer time begins within the week: it is a week nevertheless.
        li::Measure measure = armed("2026-03-25 10:00", "2026-06-01", channel);
        const Time end = at("2026-04-01 11:00");
        CHECK(li::provisional(measure));
        CHECK(li::end_of(measure) == end);
        CHECK(li::state_at(measure, end) == State::expired);
        CHECK_FALSE(li::covers(measure, end));
        CHECK_FALSE(li::confirm(measure, end, end - 1).has_value());
        CHECK_FALSE(li::confirm(measure, end - 2, end - 1).has_value());
        CHECK_FALSE(li::confirm(measure, end - 2, at("2026-03-25 09:59")).has_value());
        REQUIRE(li::confirm(measure, end - 1, end - 1).has_value());
        CHECK(li::end_of(measure) == at("2026-06-01"));
        CHECK(li::covers(measure, end));
        CHECK_FALSE(li::confirm(measure, end, end).has_value());
    }
    // An order of two days is over after two days.
    CHECK(li::end_of(armed("2026-03-25", "2026-03-27", li::Channel::fax)) ==
          at("2026-03-27"));
}

TEST_CASE("li: who wrote down a measure's end by time says why")
{
    li::Measure fax = armed("2026-01-01", "2026-04-01", li::Channel::fax);
    CHECK_FALSE(li::settle(fax, at("2026-01-07")));
    CHECK(li::settle(fax, at("2026-01-09")));
    CHECK(fax.life.state == State::expired);
    CHECK(fax.life.end_reason == "original-missing");
    CHECK(fax.life.ended == at("2026-01-08"));
    CHECK_FALSE(li::settle(fax, at("2026-01-09")));
    li::Measure paper = armed("2026-01-01", "2026-04-01");
    CHECK(li::settle(paper, at("2026-05-01")));
    CHECK(paper.life.end_reason == "period-over");
    CHECK(paper.life.ended == at("2026-04-01"));
}

TEST_CASE("li: extensions of three months each, as often as ordered")
{
    li::Measure measure = armed("2026-08-31", "2026-11-30");
    CHECK_FALSE(
        li::extend(measure, at("2026-10-01"), extension("2027-02-28 00:01")).has_value());
    CHECK_FALSE(li::extend(measure, at("2026-10-01"), extension("2026-11-30")).has_value());
    CHECK_FALSE(li::extend(measure, at("2026-11-30"), extension("2027-01-30")).has_value());
    REQUIRE(li::extend(measure, at("2026-10-01"), extension("2027-02-28")).has_value());
    REQUIRE(li::extend(measure, at("2026-10-02"), extension("2027-05-28")).has_value());
    CHECK(li::begin_of(measure) == at("2026-08-31"));
    CHECK(measure.orders[1].begin == at("2026-11-30"));
    CHECK(li::end_of(measure) == at("2027-05-28"));
}

TEST_CASE("li: an extension by an advance copy holds a week, too")
{
    const auto extended = [](std::string_view received) {
        li::Measure measure = armed("2026-01-01", "2026-04-01");
        REQUIRE(li::extend(measure, at(received),
                           extension("2026-06-01", li::Channel::fax, at(received)))
                    .has_value());
        return measure;
    };
    // It came so early that nothing is won; or three days before the end.
    CHECK(li::end_of(extended("2026-03-01")) == at("2026-04-01"));
    li::Measure measure = extended("2026-03-28");
    CHECK(li::end_of(measure) == at("2026-04-04 01:00"));
    CHECK_FALSE(li::extend(measure, at("2026-03-29"), extension("2026-07-01")).has_value());
    REQUIRE(li::confirm(measure, at("2026-03-30"), at("2026-03-30")).has_value());
    CHECK(li::end_of(measure) == at("2026-06-01"));

    li::Measure again = extended("2026-03-01");
    // The original of the extension is due in its own week, whatever runs on until then.
    CHECK(li::original_due(again, at("2026-03-02")) == at("2026-03-08"));
    CHECK(li::extended_from(again, at("2026-03-02")) == at("2026-06-01"));
    // Too late: it may be ordered anew, from the end of before.
    CHECK_FALSE(li::original_due(again, at("2026-03-08")).has_value());
    CHECK(li::extended_from(again, at("2026-03-08")) == at("2026-04-01"));
    CHECK_FALSE(li::original_due(measure, at("2026-03-30")).has_value());
    REQUIRE(li::extend(again, at("2026-03-20"), extension("2026-05-01")).has_value());
    CHECK(again.orders.size() == 2);
    CHECK(li::end_of(again) == at("2026-05-01"));
}

TEST_CASE("li: a second person approves, where that is asked for")
{
    li::Measure measure = ordered("2026-01-01", "2026-02-01");
    const Time now = at("2026-01-01");
    CHECK_FALSE(li::approve(measure, now, "one", {.second_person = true}).has_value());
    CHECK(measure.life.state == State::awaiting_approval);
    CHECK_FALSE(li::activate(measure, now, "two").has_value());
    REQUIRE(li::approve(measure, now, "two", {.second_person = true}).has_value());
    CHECK(measure.life.approved_by == "two");
    li::Measure other = ordered("2026-01-01", "2026-02-01");
    REQUIRE(li::reject(other, now, "two", "no judge", false).has_value());
    CHECK(other.life.state == State::rejected);
    CHECK(other.life.end_reason == "no judge");
    const auto late = li::approve(other, now + 1, "one", {.second_person = true});
    REQUIRE_FALSE(late);
    CHECK(late.error() ==
          "cannot approve: the measure is rejected since " + li::official(now));
}

TEST_CASE("li: timers")
{
    const li::Measure measure = armed("2026-01-10", "2026-02-01");
    CHECK(li::next_change(measure, at("2026-01-09")) == at("2026-01-10"));
    CHECK(li::next_change(measure, at("2026-01-10")) == at("2026-02-01"));
    CHECK_FALSE(li::next_change(measure, at("2026-02-01")));
    CHECK(li::next_change(ordered("2026-01-10", "2026-02-01"), at("2026-01-01")) ==
          at("2026-02-01"));
}

TEST_CASE("li: whatever is done in whatever order, nothing is captured beyond the orders")
{
    std::mt19937_64 random(23);
    for (int round = 0; round < 500; ++round) {
        const auto channel = static_cast<li::Channel>(random() % 3);
        li::Measure measure = ordered("2026-01-01", "2026-03-20", channel);
        Time now = at("2025-12-30");
        Time first = 0, stopped = 0;
        for (int i = 0; i < 30; ++i) {
            now += static_cast<Time>(random() % (8 * 86400)) * li::second;
            const State before = li::state_at(measure, now);
            li::Done done;
            switch (random() % 9) {
            case 0:
                done = li::approve(measure, now, "two", {});
                break;
            case 1:
                done = li::activate(measure, now, "two");
                break;
            case 2:
                done = li::confirm(measure, now, now);
                break;
            case 3:
                done = li::extend(measure, now,
                                  order(static_cast<li::Channel>(random() % 3), now,
                                        li::ordered_end(measure) + 80 * li::day));
                break;
            case 4:
                done = li::suspend(measure, now);
                break;
            case 5:
                done = li::resume(measure, now);
                break;
            case 6:
                done = li::fail(measure, now, "x");
                break;
            case 7:
                if (random() % 8 == 0)
                    done = li::end(measure, now, "two", "x");
                break;
            default:
                (void)li::settle(measure, now);
            }
            if (first == 0)
                first = measure.life.activated;
            const State after = li::state_at(measure, now);
            if (before >= State::expired && before != State::error)
                CHECK(after == before);
            if (after >= State::expired && after != State::error && stopped == 0)
                stopped = now;
            CHECK(li::end_of(measure) <= li::ordered_end(measure));
            const Time probe = now + static_cast<Time>(random() % 1000) - 500;
            if (li::covers(measure, probe)) {
                CHECK(first != 0);
                CHECK(probe >= first);
                CHECK(probe >= at("2026-01-01"));
                CHECK(probe < li::end_of(measure));
                CHECK((stopped == 0 || probe <= stopped));
            }
            if (li::covers(measure, now))
                CHECK((after == State::active || after == State::error));
        }
    }
}

TEST_CASE("li: of a measure that is forgotten its number stays, and that it was armed")
{
    li::Measure measure = armed("2026-01-01", "2026-02-01");
    measure.reference = "LKA-1";
    measure.authority = "lka";
    measure.identities = {{li::Kind::login, "anna", "anna"}};
    measure.iri.password = "secret";
    const Time now = at("2026-03-01");
    CHECK(li::forget(measure, at("2026-01-02")).error() ==
          "cannot forget: the measure has not ended");
    CHECK(li::forget(measure, now).error() ==
          "cannot forget: its end is not written down; settle does it");
    REQUIRE(li::settle(measure, now));
    REQUIRE(li::forget(measure, now).has_value());
    CHECK(measure.identities.empty());
    CHECK(measure.orders.empty());
    CHECK(measure.iri == li::Destination{});
    CHECK(measure.life.entered_by.empty());
    CHECK(measure.reference == "LKA-1");
    CHECK(measure.authority == "lka");
    CHECK(li::holds_reference(measure));
    CHECK(li::state_at(measure, now) == State::expired);
    CHECK_FALSE(li::covers(measure, at("2026-01-10")));
    CHECK_FALSE(li::next_change(measure, now));
    CHECK_FALSE(li::settle(measure, now + 1));
    CHECK(li::forget(measure, now).error().starts_with("cannot forget: it was done at "));
}
