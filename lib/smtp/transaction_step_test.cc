// SPDX-License-Identifier: Apache-2.0
// Out of step: octets and texts whose command was malformed never become commands.
#include "smtp/transaction.h"

#include <doctest/doctest.h>

namespace {

using smtp::Then;

Then behind(std::string_view line, bool more_input)
{
    smtp::Transaction transaction({});
    (void)transaction.judge(smtp::parse_command("EHLO client"));
    return transaction.judge(smtp::parse_command(line), more_input).then;
}

Then behind_long(std::string_view beginning, bool more_input)
{
    smtp::Transaction transaction({});
    return transaction.judge(smtp::line_too_long(beginning), more_input).then;
}

} // namespace

TEST_CASE("smtp: behind a malformed BDAT nothing becomes commands")
{
    for (const char* line : {"BDAT 10\t", "BDAT\t10", "bdat 10\xff LAST", "BDAT ten"}) {
        CAPTURE(line);
        CHECK(behind(line, false) == Then::hang_up);
    }
    CHECK(behind_long("BDAT 10 ", false) == Then::hang_up);
    CHECK(behind_long("MAIL FRO", true) == Then::listen);
}

TEST_CASE("smtp: what waits behind a malformed DATA never becomes commands")
{
    for (const char* line : {"DATA x", "data\t"}) {
        CAPTURE(line);
        CHECK(behind(line, false) == Then::listen);
        CHECK(behind(line, true) == Then::hang_up);
    }
    CHECK(behind_long("DATA xxx", true) == Then::hang_up);
    CHECK(behind("NOOP\t", true) == Then::listen);
}
