// SPDX-License-Identifier: Apache-2.0
#include "etsi/national.h"

#include <doctest/doctest.h>

using etsi::NationalPairs;

TEST_CASE("etsi: the national parameter has one spelling for every value")
{
    struct Case {
        std::string value, written;
    };
    const Case cases[] = {
        {"", ""},
        {"550 5.1.1 no such user", "550 5.1.1 no such user"},
        {"a=b", "a=b"},
        {"line\nline\r\tend", "line\\nline\\r\\tend"},
        {"C:\\mail", "C:\\\\mail"},
        {"gr\xc3\xbc\xc3\x9f", "gr\xc3\xbc\xc3\x9f"},
        {"gr\xfc\xdf", "gr\\xfc\\xdf"},
        {std::string("\0\x7f", 2), "\\x00\\x7f"},
        {"\xc3", "\\xc3"},
        {"\xed\xa0\x80", "\\xed\\xa0\\x80"}, // a surrogate is no UTF-8
    };
    for (const auto& [value, written] : cases) {
        const auto text = etsi::national_text({{"cause", value}});
        REQUIRE(text.has_value());
        CHECK(*text == "sponts=1\ncause=" + written + "\n");
        const auto pairs = etsi::parse_national(*text);
        REQUIRE(pairs.has_value());
        CHECK(*pairs == NationalPairs{{"cause", value}});
    }
}

TEST_CASE("etsi: order and repetition of national keys are kept")
{
    const NationalPairs pairs = {{"forward", "a@x.example"}, {"tls", ""}, {"forward", "b"}};
    CHECK(etsi::parse_national(*etsi::national_text(pairs)) == pairs);
    CHECK(etsi::national_text({}) == "sponts=1\n");
}

TEST_CASE("etsi: what is no key, or too long, is a fault")
{
    for (const char* key :
         {"", "Key", "1st", "a b", "a=b", "ä", "abcdefghijklmnopqrstuvwxyzabcdefg"})
        CHECK_FALSE(etsi::national_text({{key, "x"}}).has_value());
    CHECK(etsi::national_text({{"a", std::string(1'000'000, 'x')}}).has_value());
    CHECK_FALSE(etsi::national_text({{"a", std::string(1'100'000, 'x')}}).has_value());
}

TEST_CASE("etsi: a national parameter in another spelling is not read")
{
    for (const char* text :
         {"", "sponts=2\n", "sponts=1", "sponts=1\na=b", "sponts=1\na\n", "sponts=1\nA=b\n",
          "sponts=1\na=\\\n", "sponts=1\na=\\q\n", "sponts=1\na=\\x4\n",
          "sponts=1\na=\\x41\n", "sponts=1\na=\\xC3\n", "sponts=1\na=\xff\n",
          "sponts=1\n\n", "sponts=1\na=\\x0a\n", "sponts=1\na=\\xc3\\xbc\n"})
        CHECK_FALSE(etsi::parse_national(text).has_value());
}

TEST_CASE("etsi: a national parameter cut anywhere but behind a line is not read")
{
    const std::string whole = *etsi::national_text({{"a", "1\n2"}, {"b", "\xc3\xbc\\"}});
    for (std::size_t size = 0; size < whole.size(); ++size) {
        const std::string cut = whole.substr(0, size);
        CHECK(etsi::parse_national(cut).has_value() == cut.ends_with('\n'));
    }
}
