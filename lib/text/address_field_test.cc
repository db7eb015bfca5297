// SPDX-License-Identifier: Apache-2.0
#include "text/address_field.h"

#include <doctest/doctest.h>

using text::addresses_in;
using Texts = std::vector<std::string>;

TEST_CASE("text: addresses of a field, whatever stands around them")
{
    CHECK(addresses_in("anna@example.de", 9) == Texts{"anna@example.de"});
    CHECK(addresses_in("Anna <anna@example.de>, bob@example.org", 9) ==
          Texts{"anna@example.de", "bob@example.org"});
    CHECK(addresses_in("\"A, B <x@y>\" <anna@example.de> (c@d), <b@e>", 9) ==
          Texts{"anna@example.de", "b@e"});
    CHECK(addresses_in("friends: a@b, C <c@d>; e@f", 9) == Texts{"a@b", "c@d", "e@f"});
    CHECK(addresses_in("\"a b\"@example.de", 9) == Texts{"\"a b\"@example.de"});
    CHECK(addresses_in("undisclosed-recipients:;", 9).empty());
    CHECK(addresses_in("a@b, c@d, e@f", 2) == Texts{"a@b", "c@d"});
    CHECK(addresses_in("a@b\xff, c@d", 9) == Texts{"c@d"});
    CHECK(addresses_in("j\xc3\xb6rg@b\xc3\xbc.de", 9) == Texts{"j\xc3\xb6rg@b\xc3\xbc.de"});
    CHECK(addresses_in("(x (y) z)a@b(c), d@e", 9) == Texts{"a@b", "d@e"});
    CHECK(addresses_in("anna@example.de (Anna Muster)", 9) == Texts{"anna@example.de"});
    CHECK(addresses_in("anna@example.de Anna Muster, d@e", 9) ==
          Texts{"anna@example.de", "d@e"});
    CHECK(addresses_in("<anna@example.de Anna>, < d@e >", 9) ==
          Texts{"anna@example.de", "d@e"});
    CHECK(addresses_in("<anna\r\n @example.de>", 9) == Texts{"anna@example.de"});
    CHECK(addresses_in("anna@example.de <d@e>", 9) == Texts{"d@e"});
    CHECK(addresses_in("anna@ example.de ", 9) == Texts{"anna@example.de"});
    CHECK(addresses_in("((((", 9).empty());
    CHECK(addresses_in("\"\\", 9).empty());
}
