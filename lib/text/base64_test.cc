// SPDX-License-Identifier: Apache-2.0
#include "text/base64.h"
#include "text/xtext.h"

#include <doctest/doctest.h>
#include <string>

TEST_CASE("text: two hexadecimal digits are an octet")
{
    CHECK(text::hex_octet('0', '0') == '\0');
    CHECK(text::hex_octet('e', 'F') == '\xef');
    CHECK_FALSE(text::hex_octet('g', '0'));
    CHECK_FALSE(text::hex_octet('0', '-'));
}

TEST_CASE("text: base64, the vectors of RFC 4648")
{
    static constexpr std::string_view rows[][2] = {
        {"", ""},
        {"f", "Zg=="},
        {"fo", "Zm8="},
        {"foo", "Zm9v"},
        {"foob", "Zm9vYg=="},
        {"fooba", "Zm9vYmE="},
        {"foobar", "Zm9vYmFy"},
    };
    for (const auto& [plain, encoded] : rows) {
        CHECK(text::base64(plain) == encoded);
        CHECK(text::from_base64(encoded) == std::string(plain));
        for (std::size_t length = 1; length < encoded.size(); ++length)
            if (length % 4 != 0)
                CHECK_FALSE(text::from_base64(encoded.substr(0, length)));
    }
    for (const std::string_view bad :
         {"=", "====", "A===", "Zg=", "Zh==", "Zm9=", "Zg==Zg==", "Zm 9", "Zm9\n", "Zm9-",
          "Zm9_", "=m9v", "Z=9v"}) {
        CAPTURE(bad);
        CHECK_FALSE(text::from_base64(bad));
    }
    std::string all;
    for (int c = 0; c < 256; ++c) {
        all += static_cast<char>(c);
        CHECK(text::from_base64(text::base64(all)) == all);
    }
}

TEST_CASE("text: hexadecimal")
{
    CHECK(text::hex(std::string("\0\x1f\xff", 3)) == "001fff");
    CHECK(text::from_hex("001fFf") == std::string("\0\x1f\xff", 3));
    for (const std::string_view bad : {"0", "0g", "g0", " 0", "0/", ":0", "@A", "`a"})
        CHECK_FALSE(text::from_hex(bad));
}

TEST_CASE("text: xtext")
{
    CHECK(text::xtext("a+b=c d\n") == "a+2Bb+3Dc+20d+0A");
    CHECK(text::from_xtext("a+2Bb+3dc") == "a+b=c");
    for (const std::string_view bad :
         {"+", "+2", "a+2", "+G0", "a=b", "a b", "\x7f", "\xc3\xbc", "+2 "}) {
        CAPTURE(bad);
        CHECK_FALSE(text::is_xtext(bad));
    }
    CHECK(text::is_xtext(""));
    std::string all;
    for (int c = 0; c < 256; ++c)
        all += static_cast<char>(c);
    CHECK(text::from_xtext(text::xtext(all)) == all);
}
