// SPDX-License-Identifier: Apache-2.0
#include "etsi/fit.h"
#include "etsi/samples_test.h"

#include <doctest/doctest.h>

using etsi::NationalPairs;

TEST_CASE("etsi: texts are cut between characters and stay UTF-8")
{
    struct Case {
        std::string text;
        std::size_t most;
        std::string view;
    };
    const Case cases[] = {
        {"", 3, ""},
        {"abc", 3, "abc"},
        {"abcd", 3, "abc"},
        {"\xc3\xbc\xc3\xbc\xc3\xbc", 2, "\xc3\xbc\xc3\xbc"},
        {"a\xff"
         "b",
         3,
         "a\xef\xbf\xbd"
         "b"},
        {"\xf0\x9f\x93\xa7x", 1, "\xf0\x9f\x93\xa7"},
        {"\xf0\x9f\x93", 9, "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"},
    };
    for (const auto& [text, most, view] : cases) {
        CHECK(etsi::fitting(text, most) == view);
        CHECK(etsi::utf8_characters(view) <= most);
    }
}

TEST_CASE("etsi: octet strings are cut between characters, too")
{
    CHECK(etsi::fitting_octets("abc", 3) == "abc");
    CHECK(etsi::fitting_octets("abcd", 3) == "abc");
    CHECK(etsi::fitting_octets("a\xe2\x82\xac!", 4) == "a\xe2\x82\xac");
    CHECK(etsi::fitting_octets("a\xe2\x82\xac!", 3) == "a");
    CHECK(etsi::fitting_octets("\xe2\x82\xac", 2) == "");
    CHECK(etsi::fitting_octets("", 0) == "");
}

TEST_CASE("etsi: an event that fits is left alone")
{
    etsi::EmailIri iri = etsi::samples::iri();
    CHECK(etsi::fit(iri).empty());
    CHECK(iri == etsi::samples::iri());
}

TEST_CASE("etsi: what does not fit is cut and handed over whole")
{
    etsi::EmailIri iri = etsi::samples::iri();
    const std::string sender = std::string(300, 's') + "@x.example";
    const std::string user = std::string(63, 'u') + "\xc3\xbc\xc3\xbc";
    iri.sender = sender;
    iri.aaa->username = user;
    iri.total_recipients.reset();
    iri.recipients = std::vector<std::string>(1025, "r@x.example");
    iri.recipients->front() = "\xff@x.example";
    CHECK_FALSE(etsi::check(iri).has_value());
    const NationalPairs pairs = etsi::fit(iri);
    CHECK(etsi::check(iri).has_value());
    CHECK(pairs == NationalPairs{{"full-sender", sender},
                                 {"full-recipient", "r@x.example"},
                                 {"full-recipient", "r@x.example"},
                                 {"recipients-cut", "2"},
                                 {"full-recipient", "\xff@x.example"},
                                 {"full-username", user}});
    CHECK(iri.total_recipients == 1025);
    CHECK(iri.recipients->size() == etsi::most_recipients);
    CHECK(iri.recipients->front() == "\xef\xbf\xbd@x.example");
    CHECK(iri.aaa->username == std::string(63, 'u') + "\xc3\xbc");
    CHECK(etsi::utf8_characters(*iri.sender) == etsi::most_address);
}
