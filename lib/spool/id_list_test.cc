// SPDX-License-Identifier: Apache-2.0
#include "base/failure.h"
#include "spool/id_list.h"

#include <doctest/doctest.h>
#include <sstream>

namespace {

std::vector<spool::MessageId> read(const std::vector<std::string>& words,
                                   const std::string& lines = "")
{
    std::istringstream in(lines);
    return spool::read_ids(words, in);
}

} // namespace

TEST_CASE("ids: of words and of lines, each once, in the order they were said")
{
    const spool::MessageId one(1001);
    const spool::MessageId two(1002);
    const std::string lines = two.text() + "*\n\n  " + one.text() + "! \r\n" + two.text();
    CHECK(read({}).empty());
    CHECK(read({two.text(), one.text(), two.text()}) == std::vector{two, one});
    CHECK(read({"-"}, lines) == std::vector{two, one});
    CHECK(read({one.text(), "-"}, lines) == std::vector{one, two});
    CHECK(read({one.text()}, "nonsense") == std::vector{one});
}

TEST_CASE("ids: what is none is refused, and shown without what moves a cursor")
{
    CHECK_THROWS_WITH_AS((void)read({"nonsense"}), "not an id of a message: nonsense",
                         base::Failure);
    CHECK_THROWS_WITH_AS((void)read({"-"}, "a\033[2J\n"), "not an id of a message: a?[2J",
                         base::Failure);
    CHECK_THROWS_AS((void)read({spool::MessageId(1).text() + '*'}), base::Failure);
}
