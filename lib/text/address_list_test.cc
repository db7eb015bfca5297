// SPDX-License-Identifier: Apache-2.0
// Tests of text/address_list.h.
#include "text/address_list.h"

#include <doctest/doctest.h>
#include <vector>

TEST_CASE("text: commas divide addresses, but not within a quoted local part")
{
    std::string_view list = R"(a@b,"c,\",d"@e,f@[IPv6:::1],"unfinished,x)";
    std::vector<std::string_view> addresses;
    while (!list.empty())
        addresses.push_back(text::take_address(list));
    CHECK(addresses == std::vector<std::string_view>{"a@b", R"("c,\",d"@e)", "f@[IPv6:::1]",
                                                     "\"unfinished,x"});
    CHECK(text::take_address(list).empty());
}
