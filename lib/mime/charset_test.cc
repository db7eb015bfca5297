// SPDX-License-Identifier: Apache-2.0
#include "mime/charset.h"
#include "mime/summary.h"
#include "text/lines.h"

#include <doctest/doctest.h>
#include <string>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

using namespace std::string_literals;

TEST_CASE("mime: octets become UTF-8 by their charset")
{
    struct Row {
        std::string octets;
        std::string charset;
        std::string text;
    };
    const std::vector<Row> rows = {
        {"plain", "us-ascii", "plain"},
        {"\xc3\xa4", "UTF-8", "ä"},
        {"a\xc3z\xff", "utf-8", "a\xef\xbf\xbdz\xef\xbf\xbd"},
        {"\xe4\x80\x81", "iso-8859-1", "ä€\xef\xbf\xbd"}, // windows-1252, as people mean it
        {"\xe4\x80", "Windows-1252", "ä€"},
        {"\xa4", "ISO-8859-15", "€"},
        {"\xa4", "iso_8859-15:1998*de", "€"},
        {"\xcf\xf2\xe8", "koi8-r", "оРХ"},
        {"\x1b$B$3$s\x1b(B", "ISO-2022-JP", "こん"},
        {"\x1b$(D0!\x1b(B", "ISO-2022-JP-1", "丂"}, // JIS X 0212
        {"\xc4\xe3\xba\xc3", "gb2312", "你好"},
        {"\x81\x30\x81\x30", "GB18030", "\xc2\x80"},
        {"\x82\xb1", "Shift_JIS", "こ"},
        {"\xb0\xa1", "ks_c_5601-1987", "가"},
        {"\xa7\x41", "big5", "你"},
        {"+AOQ-", "utf-7", "ä"},
        {"a\x81", "gb18030", "a\xef\xbf\xbd"}, // a character without its end
        {"\xff\xff"
         "a",
         "euc-jp",
         "\xef\xbf\xbd\xef\xbf\xbd"
         "a"},
        // no charset, or one that nobody knows
        {"\xc3\xa4", "", "ä"},
        {"\xe4", "", "ä"},
        {"\xe4", "us-ascii", "ä"},
        {"\xe4", "../../etc/passwd", "ä"},
        {"\xe4", "UTF-16//TRANSLIT", "ä"},
        {"\xe4", std::string(5000, 'x'), "ä"},
        {"a\0b"s, "", "a\0b"s},
        {"a\0\xe4"s, "", "a\0ä"s},
    };
    for (const Row& row : rows) {
        CAPTURE(row.octets);
        CAPTURE(row.charset);
        CHECK(mime::to_utf8(row.octets, row.charset) == row.text);
    }
}

TEST_CASE("mime: every charset makes UTF-8 of any octets")
{
    std::string octets;
    for (int round = 0; round < 3; ++round)
        for (int octet = 0; octet < 256; ++octet)
            octets.append(static_cast<std::size_t>(round + 1), static_cast<char>(octet));
    for (const char* charset :
         {"big5",        "cp1255",        "cp850",       "cp874",      "cp932",
          "euc-jp",      "euc-kr",        "euc-tw",      "gb18030",    "gbk",
          "iso-2022-jp", "iso-2022-jp-2", "iso-2022-kr", "iso-8859-2", "iso-8859-16",
          "koi8-u",      "macintosh",     "shift_jis",   "tis-620",    "utf-7",
          "windows-1258"}) {
        CAPTURE(charset);
        CHECK(mime::to_utf8(octets, charset) != mime::to_utf8(octets)); // it is known
        for (std::size_t cut = 0; cut < octets.size(); cut += 7)
            CHECK(text::is_utf8(mime::to_utf8(octets.substr(cut, 99), charset)));
    }
}

TEST_CASE("mime: clean text has no blanks at either end")
{
    bool cut = false;
    CHECK(mime::clean(" \r\na\tb\x1b\r\n c\t ", 10, cut) == "a b�   c");
    CHECK(mime::clean(" a ", 1, cut) == "a");
    CHECK(mime::clean(" ", 0, cut).empty());
    CHECK_FALSE(cut);
    CHECK(mime::clean("ab", 1, cut) == "a");
    CHECK(cut);
}

TEST_CASE("mime: text in charsets that are kept is read without opening a file")
{
    const pid_t child = ::fork();
    if (child == 0) {
        mime::prepare();
        constexpr rlimit none{0, 0};
        const bool closed = ::setrlimit(RLIMIT_NOFILE, &none) == 0;
        ::_exit(closed && mime::to_utf8("\xcf\xf2\xe8", "koi8-r") == "оРХ" ? 0 : 1);
    }
    int status = 1;
    REQUIRE(::waitpid(child, &status, 0) == child);
    CHECK(status == 0);
}

TEST_CASE("mime: all charsets are there, and may be kept more than once")
{
    CHECK(mime::keep_charsets() == 0);
    CHECK(mime::keep_charsets() == 0);
    CHECK(mime::to_utf8("\x82\xb1", "sjis") == "こ");
}
