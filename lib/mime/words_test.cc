// SPDX-License-Identifier: Apache-2.0
#include "mime/words.h"

#include <doctest/doctest.h>
#include <vector>

TEST_CASE("mime: encoded words")
{
    struct Row {
        std::string field;
        std::string text;
    };
    const std::vector<Row> rows = {
        {"", ""},
        {"plain text", "plain text"},
        {"=?utf-8?Q?J=C3=BCrgen?=", "Jürgen"},
        {"=?ISO-8859-1?q?a_b=5F=E4?=", "a b_ä"},
        {"=?utf-8?B?w6Q=?=", "ä"},
        {"=?utf-8?b?w6Q?=", "ä"},       // without its padding
        {"=?utf-8*de?Q?=C3=A4?=", "ä"}, // RFC 2231 section 5
        // RFC 2047 section 8
        {"=?ISO-8859-1?Q?a?= b", "a b"},
        {"=?ISO-8859-1?Q?a?= =?ISO-8859-1?Q?b?=", "ab"},
        {"=?ISO-8859-1?Q?a?=     =?ISO-8859-1?Q?b?=", "ab"},
        {"=?ISO-8859-1?Q?a_b?=", "a b"},
        {"=?ISO-8859-1?Q?a?= =?ISO-8859-2?Q?_b?=", "a b"},
        {"x =?utf-8?q?y?= z", "x y z"},
        // characters cut in two: both halves in words of their own
        {"=?utf-8?Q?=C3?= =?utf-8?Q?=A4?=", "ä"},
        {"=?utf-8?B?4oI=?= =?UTF-8?B?rA==?=", "€"},
        {"=?utf-8?Q?=E2?= =?utf-8?B?gqw=?=", "€"},
        {"=?gb18030?B?xA==?= =?gb18030?B?47rD?=", "你好"},
        {"=?iso-2022-jp?B?GyRCJDMbKEI=?= =?iso-2022-jp?B?GyRCJHMbKEI=?=", "こん"},
        {"=?utf-8?Q?=C3?= x =?utf-8?Q?=A4?=", "\xef\xbf\xbd x \xef\xbf\xbd"},
        // what people's programs do
        {"=?utf-8?Q?a b?=", "a b"},
        {"pre=?utf-8?Q?=C3=A4?=post", "preäpost"},
        {"=?utf-8?Q?a?==?utf-8?Q?b?=", "ab"},
        {"\"=?utf-8?Q?=C3=A4?=\"", "\"ä\""},
        {"=?utf-8?Q?a=ZZ=4?=", "a=ZZ=4"},
        {"=?x-nobody?Q?=E4?=", "ä"},
        {"r\xc3\xa4w =?utf-8?Q?=C3=A4?=", "räw ä"},
        {"r\xe4w", "räw"},
        // no words
        {"=?", "=?"},
        {"=?=", "=?="},
        {"=?\?=", "=?\?="},
        {"=?utf-8?Q?", "=?utf-8?Q?"},
        {"=?utf-8?Q?a", "=?utf-8?Q?a"},
        {"=?utf-8?Q?=", "=?utf-8?Q?="},
        {"=?utf-8?X?a?=", "=?utf-8?X?a?="},
        {"=?utf 8?Q?a?=", "=?utf 8?Q?a?="},
        {"=?utf-8?Q?\?=", ""},
        {"a =? b ?= c", "a =? b ?= c"},
        {"=?=?utf-8?Q?a?=", "=?a"},
    };
    for (const Row& row : rows) {
        CAPTURE(row.field);
        CHECK(mime::decode_text(row.field) == row.text);
    }
}
