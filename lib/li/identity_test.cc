// SPDX-License-Identifier: Apache-2.0
#include "li/identity.h"

#include <doctest/doctest.h>

namespace {

struct Case {
    const char* entered;
    const char* canonical; // nullptr: no address
};

} // namespace

TEST_CASE("li: spellings of an address")
{
    const Case cases[] = {
        {"anna@example.org", "anna@example.org"},
        {"Anna.M@Example.ORG", "anna.m@example.org"},
        {"anna+news@example.org", "anna@example.org"},
        {"ANNA+a+b@example.org", "anna@example.org"},
        {"+news@example.org", "+news@example.org"},
        {"anna+@example.org", "anna@example.org"},
        {"\"anna\"@example.org", "anna@example.org"},
        {"\"an\\na\"@example.org", "anna@example.org"},
        {"\"a b\"@example.org", "a b@example.org"},
        {"\"a@b\"@example.org", "a@b@example.org"},
        {"anna@m\xc3\xbcller.example", "anna@xn--mller-kva.example"},
        {"anna@M\xc3\x9cLLER.example", "anna@xn--mller-kva.example"},
        {"anna@xn--mller-kva.example", "anna@xn--mller-kva.example"},
        {"m\xc3\xbcller@example.org", "m\xc3\xbcller@example.org"},
        {"mu\xcc\x88ller@example.org", "m\xc3\xbcller@example.org"}, // u and a diaeresis
        {"M\xc3\x9cLLER+x@example.org", "m\xc3\xbcller@example.org"},
        {"MU\xcc\x88LLER@example.org", "m\xc3\xbcller@example.org"},
        {"stra\xc3\x9f"
         "e@example.org",
         "strasse@example.org"},
        {"anna@[192.0.2.1]", "anna@[192.0.2.1]"},
        {"", nullptr},
        {"anna", nullptr},
        {"postmaster", nullptr},
        {"anna@", nullptr},
        {"@example.org", nullptr},
        {"anna@-example.org", nullptr},
        {"a b@example.org", nullptr},
        {"anna\xff@example.org", nullptr},
        {"anna@example.org\n", nullptr},
    };
    for (const Case& it : cases) {
        CAPTURE(it.entered);
        const auto found = li::canonical_address(it.entered, {});
        REQUIRE(found.has_value() == (it.canonical != nullptr));
        if (found)
            CHECK(*found == it.canonical);
    }
}

TEST_CASE("li: servers that tell cases and details apart")
{
    const li::Rules rules{.fold_case = false, .detail_separator = 0};
    CHECK(li::canonical_address("Anna+X@Example.org", rules) == "Anna+X@example.org");
    CHECK(li::canonical_address("Mu\xcc\x88ller@example.org", rules) ==
          "M\xc3\xbcller@example.org");
    const li::Rules hyphen{.detail_separator = '-'};
    CHECK(li::canonical_address("anna-x+y@example.org", hyphen) == "anna@example.org");
}

TEST_CASE("li: spellings of a login")
{
    const Case cases[] = {
        {"anna", "anna"},
        {"Anna", "anna"},
        {"anna+x", "anna+x"}, // details are a matter of addresses
        {"Anna+x@Example.org", "anna@example.org"},
        {"MU\xcc\x88LLER", "m\xc3\xbcller"},
        {"anna@nowhere..example", "anna@nowhere..example"},
        {"\xff\xfe", "\xff\xfe"},
        {"", ""},
    };
    for (const Case& it : cases) {
        CAPTURE(it.entered);
        CHECK(li::canonical_login(it.entered, {}) == it.canonical);
    }
}

TEST_CASE("li: what is canonical stays so")
{
    const char* spellings[] = {"Anna+x@Example.org",
                               "M\xc3\x9cLLER@M\xc3\xbcller.example",
                               "\xce\xa3\xcf\x82@example.org",         // sigma, final sigma
                               "\xce\xb1\xcd\x85\xcc\x81@example.org", // iota subscript
                               "\xe1\xbe\xb3@example.org",
                               "\xef\xac\x83@example.org", // ligature ffi
                               "\xc4\xb0@example.org"};    // I with a dot
    for (const char* spelling : spellings) {
        CAPTURE(spelling);
        const auto once = li::canonical_address(spelling, {});
        REQUIRE(once);
        CHECK(li::canonical_address(*once, {}) == once);
        CHECK(li::canonical_login(spelling, {}) == *once);
    }
}
