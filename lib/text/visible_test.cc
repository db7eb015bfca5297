// SPDX-License-Identifier: Apache-2.0
// Tests of text/visible.h.
#include "text/visible.h"

#include <doctest/doctest.h>

TEST_CASE("visible: text stays, controls and tricks become question marks")
{
    CHECK(text::visible("") == "");
    CHECK(text::visible("Größe 😀 10€") == "Größe 😀 10€");
    CHECK(text::visible(" ~") == " ~");
    CHECK(text::visible("a\033[2Jb\x7f\n\t") == "a?[2Jb???");
    CHECK(text::visible("\xc2\x9b"
                        "31m") == "?31m"); // C1: a terminal's CSI
    CHECK(text::visible("\xe2\x80\xae"
                        "fdp.exe") == "?fdp.exe"); // right to left
    CHECK(text::visible("a\xe2\x80\xa8"
                        "b\xe2\x81\xa6"
                        "c\xef\xbb\xbf") == "a?b?c?");
    CHECK(text::visible("a\xf3\xa0\x81\x81z") == "a?z"); // a tag nobody sees
    CHECK(text::visible("\xff\xc3 \xed\xa0\x80") == "?? ???");
    CHECK(text::visible(std::string_view("\0x", 2)) == "?x");
}

TEST_CASE("visible: a spreadsheet gets no formula")
{
    CHECK(text::spreadsheet_text("=cmd()") == "'=cmd()");
    CHECK(text::spreadsheet_text("+49 30") == "'+49 30");
    CHECK(text::spreadsheet_text("-1") == "'-1");
    CHECK(text::spreadsheet_text("@SUM(A1)") == "'@SUM(A1)");
    CHECK(text::spreadsheet_text("\xef\xbc\x9d"
                                 "1") == "'\xef\xbc\x9d"
                                         "1");
    CHECK(text::spreadsheet_text("\t=1") == "?=1");
    CHECK(text::spreadsheet_text("Re: a=b") == "Re: a=b");
    CHECK(text::spreadsheet_text("") == "");
}
