// SPDX-License-Identifier: Apache-2.0
#include "journal/learned.h"

#include <doctest/doctest.h>
#include <string>

namespace {

using journal::Learned;
using What = Learned::What;

std::optional<Learned> again(const std::string& line)
{
    return journal::read_learned({.time = 1, .program = "pop-proxy", .text = line});
}

} // namespace

TEST_CASE("learned: what is written is read")
{
    const Learned learned{What::learned, "ann@example.org", 1'795'435'200'000'000,
                          "$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA"};
    CHECK(journal::line_of(learned).find(" password-learned user=ann@example.org") !=
          std::string::npos);
    CHECK(again(journal::line_of(learned)) == learned);
    for (const What what : {What::proved, What::forgotten}) {
        const Learned told{what, "b\"o\n b=\x80@example.org", 7, ""};
        const std::string line = journal::line_of(told);
        CHECK(line.find('\n') == line.npos);
        CHECK(again(line) == told);
    }
}

TEST_CASE("learned: a line that was torn, or tells of something else, is nothing")
{
    const std::string line =
        journal::line_of({What::learned, "ann@example.org", 1, "$argon2id$x$y$z"});
    for (std::size_t size = 0; size < line.find("$argon2id$") + 10; ++size)
        CHECK_FALSE(again(line.substr(0, size)));
    CHECK_FALSE(again("- events-lost events=3"));
    CHECK_FALSE(again("- password-learned user=a@b.example learned=5 verifier=secret"));
    CHECK_FALSE(again("- password-proved user=a@b.example learned=-5"));
    CHECK_FALSE(again("- password-proved user=a@b.example learned=5x"));
    CHECK_FALSE(again("- password-proved learned=5"));
}
