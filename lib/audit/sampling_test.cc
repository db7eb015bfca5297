// SPDX-License-Identifier: Apache-2.0
#include "audit/sampling.h"

#include <fmt/format.h>

#include <doctest/doctest.h>

using audit::Chain;
using audit::Sample;

namespace {

constexpr std::int64_t monday = 1'786'950'000; // 2026-08-17 09:00 in Berlin
constexpr std::int64_t sunday = monday - 86400;

class Log {
public:
    Log()
    {
        ::setenv("TZ", "America/New_York", 1); // it does not matter
        ::tzset();
    }
    std::uint64_t add(std::int64_t time, const std::string& act, const std::string& outcome,
                      const std::string& reference, const std::string& test = "no",
                      const std::string& detail = "")
    {
        chain.records.push_back(audit::make_record(
            chain.head(), {{"time", "then " + std::to_string(time) + "000000"},
                           {"act", act},
                           {"outcome", outcome},
                           {"reference", reference},
                           {"test", test},
                           {"detail", detail}}));
        return chain.head().number;
    }
    void add_measure(const std::string& reference)
    {
        add(monday, "measure-create", "intended", reference);
        add(monday, "measure-create", "done", reference);
    }
    Chain chain;
};

std::string reasons_of(const Sample& sample, std::uint64_t number)
{
    for (const Sample::Item& item : sample.items)
        if (item.number == number)
            return fmt::format("{}", fmt::join(item.reasons, ", "));
    return "";
}

} // namespace

TEST_CASE(
    "audit: a seed draws the same numbers, whether or not their authorities are known")
{
    Log without;
    Log with;
    for (int i = 0; i < 100; ++i) {
        const std::string number = "LKA-" + std::to_string(i);
        without.add_measure(number);
        with.add(monday, "measure-create", "done", number, "no",
                 fmt::format("measure={:032x} authority=lka", i));
    }
    std::vector<std::string> expected;
    for (const auto& number : audit::draw_sample(without.chain, "2026-Q3", "seed").chosen)
        expected.push_back("lka/" + number);
    const auto drawn = audit::draw_sample(with.chain, "2026-Q3", "seed").chosen;
    CHECK(fmt::format("{}", fmt::join(drawn, " ")) ==
          fmt::format("{}", fmt::join(expected, " ")));
}

TEST_CASE("audit: a fifth of the measures is drawn, and two hundred at most")
{
    const struct {
        int measures;
        std::size_t drawn;
    } cases[] = {{0, 0}, {1, 1}, {5, 1}, {6, 2}, {100, 20}, {1000, 200}, {1500, 200}};
    for (const auto& [measures, drawn] : cases) {
        Log log;
        for (int i = 0; i < measures; ++i)
            log.add_measure("R" + std::to_string(i));
        const Sample sample = audit::draw_sample(log.chain, "2026-Q3", "seed");
        CHECK(sample.measures == static_cast<std::size_t>(measures));
        CHECK(sample.chosen.size() == drawn);
        CHECK(sample.items.size() == 2 * drawn);
        CHECK(sample.suspicious == 0);
        CHECK(audit::draw_sample(log.chain, "2026-Q3", "seed").chosen == sample.chosen);
        CHECK(audit::draw_sample(log.chain, "2026-Q2", "seed").entries == 0);
        if (drawn >= 20)
            CHECK(audit::draw_sample(log.chain, "2026-Q3", "other").chosen !=
                  sample.chosen);
    }
}

TEST_CASE("audit: tests and what is suspicious are always looked at")
{
    Log log;
    for (int i = 0; i < 9; ++i)
        log.add_measure("R" + std::to_string(i));
    const auto test = log.add(monday, "measure-create", "done", "T1", "yes");
    const auto refused = log.add(monday, "measure-create", "refused", "X1");
    const auto night = log.add(monday + 12 * 3600, "measure-extend", "done", "X2");
    const auto weekend = log.add(sunday, "measure-extend", "done", "X2");
    log.add(monday, "measure-create", "done", "X3");
    const auto soon = log.add(monday + 1800, "measure-end", "done", "X3");
    log.add(monday - 7200, "measure-create", "done", "X7");
    log.add(monday - 3700, "measure-activate", "done", "X8");
    const auto activated = log.add(monday - 1800, "measure-activate", "done", "X7");
    const auto soon_as_well = log.add(monday, "measure-end", "done", "X7");
    const auto in_time = log.add(monday, "measure-end", "done", "X8");
    const auto exported = log.add(monday, "handover-export", "done", "X4");
    const auto open = log.add(monday, "measure-extend", "intended", "X5");
    const auto recovered = log.add(monday, "log-recovered", "done", "");
    const auto fine = log.add(monday, "measure-extend", "done", "X6");
    const auto reading = log.add(sunday, "log-list", "done", "");
    const auto round = log.add(sunday, "handover-once", "done", "", "no", "by itself, ...");
    const auto asked = log.add(sunday, "handover-once", "done", "");
    const auto expired = log.add(sunday, "measure-expire", "done", "X6");
    const auto failing = log.add(sunday, "measure-fail", "done", "X6");
    const Sample sample = audit::draw_sample(log.chain, "2026-Q3", "s");
    CHECK(reasons_of(sample, test) == "test");
    CHECK(reasons_of(sample, refused) == "refused");
    CHECK(reasons_of(sample, night) == "outside of business hours");
    CHECK(reasons_of(sample, weekend) == "outside of business hours");
    CHECK(reasons_of(sample, soon).contains("ends right after begin"));
    CHECK_FALSE(reasons_of(sample, activated).contains("ends right after begin"));
    CHECK(reasons_of(sample, soon_as_well).contains("ends right after begin"));
    CHECK_FALSE(reasons_of(sample, in_time).contains("ends right after begin"));
    CHECK(reasons_of(sample, exported) == "export");
    CHECK(reasons_of(sample, open) == "no outcome");
    CHECK(reasons_of(sample, recovered) == "log put right");
    CHECK(reasons_of(sample, fine).empty());
    CHECK(reasons_of(sample, reading).empty());
    CHECK(reasons_of(sample, round).empty());
    CHECK(reasons_of(sample, asked) == "outside of business hours");
    CHECK(reasons_of(sample, expired).empty());
    CHECK(reasons_of(sample, failing).empty());
    CHECK(sample.measures == 11);
    CHECK(sample.chosen.size() == 3);
    CHECK(sample.tests == 1);
    CHECK(sample.suspicious == 9);
}

TEST_CASE("audit: a number that two authorities have given is two measures")
{
    Log log;
    const auto entered = [&](const std::string& handle, const std::string& authority) {
        const std::string detail = "measure=" + handle + " authority=" + authority;
        const auto intent =
            log.add(monday, "measure-create", "intended", "R1", "no", detail);
        log.add(monday, "measure-create", "done", "R1", "no",
                detail + " entry=" + std::to_string(intent));
    };
    entered("aa", "lka of the land");
    entered("bb", "bka");
    const auto first = log.add(monday, "measure-show", "done", "R1", "no", "measure=aa");
    const auto second = log.add(monday, "measure-show", "done", "R1", "no", "measure=bb");
    const auto turned_away = [&](const std::string& handle) {
        return log.add(monday, "measure-show", "refused", "R1", "no",
                       "role operate is missing; measure=" + handle);
    };
    const auto not_first = turned_away("aa");
    const auto not_second = turned_away("bb");
    const auto ended =
        log.add(monday + 60, "measure-end", "done", "R1", "no", "measure=aa");
    const Sample sample = audit::draw_sample(log.chain, "2026-Q3", "seed");
    CHECK(sample.measures == 2);
    REQUIRE(sample.chosen.size() == 1);
    const bool of_first = sample.chosen[0] == "lka of the land/R1";
    CHECK((of_first || sample.chosen[0] == "bka/R1"));
    CHECK(reasons_of(sample, first) == (of_first ? "drawn" : ""));
    CHECK(reasons_of(sample, second) == (of_first ? "" : "drawn"));
    CHECK(reasons_of(sample, not_first) == (of_first ? "drawn, refused" : "refused"));
    CHECK(reasons_of(sample, not_second) == (of_first ? "refused" : "drawn, refused"));
    CHECK(reasons_of(sample, ended).contains("ends right after begin"));
}

TEST_CASE("audit: an outcome says which intent it belongs to")
{
    Log log;
    const auto lost = log.add(monday, "measure-list", "intended", "");
    const auto kept = log.add(monday, "measure-list", "intended", "");
    log.add(monday, "measure-list", "done", "", "no", "entry=" + std::to_string(kept));
    log.add(monday, "measure-list", "refused", "", "no", "before anything was done");
    const auto hidden =
        log.add(monday, "authority-add", "intended", "", "no", "authority=a");
    const std::string name = "authority=b entry=" + std::to_string(hidden);
    const auto hides = log.add(monday, "authority-add", "intended", "", "no", name);
    log.add(monday, "authority-add", "done", "", "no",
            name + " entry=" + std::to_string(hides) + " why=entry=1");
    const Sample sample = audit::draw_sample(log.chain, "2026-Q3", "seed");
    CHECK(reasons_of(sample, lost) == "no outcome");
    CHECK(reasons_of(sample, kept).empty());
    CHECK(reasons_of(sample, hidden) == "no outcome");
    CHECK(reasons_of(sample, hides).empty());
}

TEST_CASE("audit: what is a quarter")
{
    CHECK(audit::is_quarter("2026-Q1"));
    for (const char* wrong :
         {"", "2026-Q5", "2026-Q0", "2026Q1", "26-Q1", "2026-Q1 ", "x026-Q1"})
        CHECK_FALSE(audit::is_quarter(wrong));
}
