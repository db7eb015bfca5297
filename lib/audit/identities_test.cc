// SPDX-License-Identifier: Apache-2.0
#include "audit/identities.h"

#include <doctest/doctest.h>

using audit::has_identity;
using audit::identities_of;
using Names = std::vector<std::string>;

TEST_CASE("audit: the Kennungen of an entry, each in one spelling")
{
    CHECK(identities_of("", {}).empty());
    CHECK(identities_of("anna", {}) == Names{"anna"});
    CHECK(identities_of("Zoe@Example.ORG, anna, ANNA, zoe+news@example.org", {}) ==
          Names{"anna", "zoe@example.org"});
    CHECK(identities_of("\"b, a\"@example.org, \"x\\\", y\"@example.org, anna", {}) ==
          Names{"anna", "b, a@example.org", "x\", y@example.org"});
    // What only begins like a quoted local part is a login.
    CHECK(identities_of("\"b, \"a", {}) == Names{"\"a", "\"b"});
    CHECK(identities_of("\"b, anna", {}) == Names{"\"b", "anna"});
    CHECK(identities_of("\"b\\", {}) == Names{"\"b\\"});
    CHECK(identities_of("anna, ", {}) == Names{"anna"});
}

TEST_CASE("audit: an entry is found by each of its Kennungen, in any spelling")
{
    const char* const field = "Anna@M\xc3\xbcller.example, anna, Zoe+x@example.org, "
                              "\"b, a\"@example.org, M\xc3\xbcller, Anna Maria";
    for (const char* wanted :
         {"anna@m\xc3\xbcller.example", "ANNA@XN--MLLER-KVA.example", "ANNA", "anna",
          "zoe@example.org", "zoe+y@EXAMPLE.org", "\"zoe\"@example.org", " anna ",
          "\"B, A\"@example.org", "mu\xcc\x88ller", "m\xc3\xbcller, anna maria", field})
        CHECK_MESSAGE(has_identity(field, wanted, {}), wanted);
    for (const char* wanted : {"", "ann", "anna@example.org", "a", "a\"@example.org",
                               "example.org", "anna maria, anna", "anna, zoe", "b, a"})
        CHECK_FALSE_MESSAGE(has_identity(field, wanted, {}), wanted);
    CHECK_FALSE(has_identity("", "anna", {}));
    CHECK_FALSE(has_identity("", "", {}));
    CHECK_FALSE(has_identity("anna+x@example.org", "anna@example.org",
                             {.fold_case = true, .detail_separator = 0}));
}
