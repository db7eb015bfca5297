// SPDX-License-Identifier: Apache-2.0
#include "spool/erase.h"
#include "spool/read_whole.h"
#include "spool/test_spool.h"

#include <doctest/doctest.h>
#include <string>

namespace test = spool::test;

TEST_CASE("spool: what is erased while it is read is told, and no byte of it is zero")
{
    const test::TemporarySpool folder;
    {
        spool::Writer writer(test::small_options(folder.path));
        REQUIRE(test::write(writer, "r@example.org", std::string(10'000, 'x')));
    }
    const spool::Found found = test::read_all(folder.path).found.at(0);
    spool::Reader reader(folder.path);
    const auto message = reader.open(found.where);
    REQUIRE(message);
    std::string text;
    const auto take = [&text](const std::string& bytes) { text += bytes; };
    CHECK(spool::read_whole(*message, found.where, 3000, take));
    CHECK(text == std::string(10'000, 'x'));

    text.clear();
    CHECK_FALSE(
        spool::read_whole(*message, found.where, 3000, [&](const std::string& bytes) {
            take(bytes);
            if (text.size() == 6000)
                CHECK(spool::erase_record(folder.path, found.where));
        }));
    CHECK(text == std::string(6000, 'x'));
}
