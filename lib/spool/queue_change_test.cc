// SPDX-License-Identifier: Apache-2.0
// The lines of the results: each kind there and back, and what must not be taken for one.
#include "spool/queue_change.h"

#include <doctest/doctest.h>
#include <vector>

namespace {

using namespace std::string_view_literals;
using spool::Change;
using What = spool::Change::What;

const spool::MessageId id(spool::Location{0x123456789, 0x1230});

std::vector<Change> one_of_each()
{
    std::vector<Change> all;
    for (std::uint8_t state = 0; state < spool::recipient_state_count; ++state)
        all.push_back({.id = id,
                       .what = What::result,
                       .state = static_cast<spool::RecipientState>(state),
                       .recipient = 17,
                       .text = "mx[192.0.2.1]: 451 4.7.1 later"});
    all.push_back({.id = id, .what = What::result});
    all.push_back({.id = id,
                   .what = What::attempt,
                   .attempts = 3,
                   .when = 1763762400,
                   .text = "mx.example:25"});
    all.push_back({.id = id,
                   .what = What::hold,
                   .hold = spool::Hold::by_operator,
                   .text = "looks odd"});
    all.push_back({.id = id, .what = What::hold, .hold = spool::Hold::by_guard});
    for (const What what : {What::release, What::retry, What::requeue, What::expire})
        all.push_back({.id = id, .what = what, .when = 1763762400});
    for (const What what : {What::delay_notice, What::remove, What::carry})
        all.push_back({.id = id, .what = what});
    all.push_back({.id = id, .what = What::moved, .where = {0x223456789, 0x40}});
    return all;
}

std::string line_of(const Change& change)
{
    std::string line;
    spool::append_line(line, change);
    return line;
}

} // namespace

TEST_CASE("spool: a change is the same after its line was read")
{
    for (const Change& change : one_of_each()) {
        const std::string line = line_of(change);
        CAPTURE(line);
        REQUIRE(line.ends_with('\n'));
        CHECK(line.find('\n') == line.size() - 1);
        const auto read =
            spool::parse_change(std::string_view(line).substr(0, line.size() - 1));
        REQUIRE(read.has_value());
        CHECK(*read == change);
    }
}

TEST_CASE("spool: a result reads as sponts-spool(5) shows it")
{
    const Change change{.id = id,
                        .what = What::result,
                        .state = spool::RecipientState::waiting,
                        .recipient = 1,
                        .text = "mx: 451 later"};
    CHECK(line_of(change) == id.text() + " waiting 1 mx: 451 later\n");
}

TEST_CASE("spool: a change cut short is another change or none, never a crash")
{
    for (const Change& change : one_of_each()) {
        const std::string line = line_of(change);
        for (std::size_t length = 0; length + 1 < line.size(); ++length) {
            const auto read = spool::parse_change(std::string_view(line).substr(0, length));
            if (read)
                CHECK(read->id == id);
        }
    }
}

TEST_CASE("spool: what is not a line of the results is refused")
{
    const std::string name = id.text();
    const std::string_view bad[] = {"",
                                    " ",
                                    "\n",
                                    "waiting 0",
                                    " waiting",
                                    " wait 0 ",
                                    " waiting ",
                                    " waiting x y",
                                    " waiting -1 y",
                                    " waiting 4294967296 y",
                                    " attempt",
                                    " hold",
                                    " hold none x",
                                    " retry 99999999999",
                                    " moved X",
                                    " waiting 0 half\0page"sv};
    for (const std::string_view rest : bad) {
        CAPTURE(rest);
        CHECK_FALSE(spool::parse_change(name + std::string(rest)).has_value());
        CHECK_FALSE(spool::parse_change(rest).has_value());
    }
}
