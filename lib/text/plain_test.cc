// SPDX-License-Identifier: Apache-2.0
#include "text/plain.h"

#include <doctest/doctest.h>

using namespace std::string_literals;

TEST_CASE("text: plain text has no control characters, and ends between two of its own")
{
    const auto plain = [](std::string_view text, std::size_t most = 100) {
        bool cut = false;
        const std::string out = text::plain_text(text, most, cut);
        CHECK(out == text::plain_text(text, most));
        return out + (cut ? "|" : "");
    };
    CHECK(plain(" a\tb\r\n c ") == " a b   c ");
    CHECK(plain("a\0b\x1b[31m\x7f"s) == "a�b�[31m�");
    CHECK(plain("\xc2\x85 \xe2\x80\xa8\xe2\x80\xa9") == "� ��");
    CHECK(plain("\xe2\x80\xae"
                "fdp.exe") == "\xe2\x80\xae"
                              "fdp.exe"); // part of the name
    CHECK(plain("a\xff") == "a�");
    CHECK(plain("\xed\xa0\x80") == "���"); // a surrogate
    CHECK(plain("äöü", 4) == "äö|");
    CHECK(plain("äöü", 5) == "äö|");
    CHECK(plain("äöü", 6) == "äöü");
    CHECK(plain("a", 0) == "|");
    CHECK(plain("", 0).empty());
}
