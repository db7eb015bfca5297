// SPDX-License-Identifier: Apache-2.0
#include "terminal.h"

#include <doctest/doctest.h>

TEST_CASE("tkuev-ctl: yes and no in either language, and nothing else")
{
    for (const std::string_view yes : {"yes", "y", "ja", "j", "JA", "Yes"}) {
        CAPTURE(yes);
        CHECK(tkuev::says_yes(yes));
        CHECK_FALSE(tkuev::says_no(yes));
    }
    for (const std::string_view no : {"no", "n", "nein", "NO", "Nein"}) {
        CAPTURE(no);
        CHECK(tkuev::says_no(no));
        CHECK_FALSE(tkuev::says_yes(no));
    }
    for (const std::string_view neither : {"", "yesterday", "jawohl", "none", " "}) {
        CAPTURE(neither);
        CHECK_FALSE(tkuev::says_yes(neither));
        CHECK_FALSE(tkuev::says_no(neither));
    }
}
