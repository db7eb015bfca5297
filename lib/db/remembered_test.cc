// SPDX-License-Identifier: Apache-2.0
#include "db/remembered.h"

#include <doctest/doctest.h>
#include <string>

TEST_CASE("db: remembered answers are found until they are forgotten")
{
    db::Remembered<int> answers(10);
    CHECK(answers.find("a") == nullptr);
    answers.add("a", 1);
    answers.add("a", 2);
    REQUIRE(answers.find("a") != nullptr);
    CHECK(*answers.find("a") == 2);
    CHECK(answers.size() == 1);
    answers.clear();
    CHECK(answers.find("a") == nullptr);
}

TEST_CASE("db: never more than two generations, and what is used stays")
{
    db::Remembered<int> answers(100);
    answers.add("often", -1);
    for (int i = 0; i < 10'000; ++i) {
        answers.add("name" + std::to_string(i), i);
        REQUIRE(answers.size() <= 200);
        if (i % 50 == 0) {
            REQUIRE(answers.find("often") != nullptr);
            REQUIRE(*answers.find("often") == -1);
        }
    }
    CHECK(answers.find("name0") == nullptr);
    CHECK(*answers.find("name9999") == 9999);
}

TEST_CASE("db: an old answer is carried over even when there is no room")
{
    db::Remembered<int> answers(1);
    answers.add("a", 1);
    answers.add("b", 2);
    for (int i = 0; i < 4; ++i) {
        REQUIRE(answers.find("a") != nullptr);
        REQUIRE(answers.find("b") != nullptr);
    }
}
