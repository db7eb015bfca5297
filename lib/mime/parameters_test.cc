// SPDX-License-Identifier: Apache-2.0
#include "mime/parameters.h"

#include <doctest/doctest.h>
#include <vector>

TEST_CASE("mime: values with parameters")
{
    struct Row {
        std::string field;
        std::string value;
        std::string name;
    };
    const std::vector<Row> rows = {
        {"", "", ""},
        {" Text/Plain", "text/plain", ""},
        {"text / plain; name=a", "text/plain", "a"},
        {"text/plain (a comment (nested) \\) ) ; (x) name (y) = (z) \"a\"", "text/plain",
         "a"},
        {"attachment; filename=a.txt", "attachment", "a.txt"},
        {"ATTACHMENT; FileName = \"a b.txt\" ; x=y", "attachment", "a b.txt"},
        {"attachment; filename=\"a;b\\\"c\\\\d\"", "attachment", "a;b\"c\\d"},
        {"attachment; filename=\"\"", "attachment", ""},
        {"attachment; filename=a; filename=b", "attachment", "a"},
        {"x/y; name=a; filename=b", "x/y", "b"},
        // RFC 2231 section 3, 4 and 4.1
        {"a/b; name*0=one; name*1=\"two\"", "a/b", "onetwo"},
        {"a/b; name*1=two; name*0=one", "a/b", "onetwo"},
        {"a/b; name*10=k; name*9=j; name*0=a", "a/b", "ajk"},
        {"a/b; name*=us-ascii'en-us'This%20is%20%2A%2A%2Afun%2A%2A%2A", "a/b",
         "This is ***fun***"},
        {"a/b; name*0*=us-ascii'en'This%20is%20even%20more%20; "
         "name*1*=%2A%2A%2Afun%2A%2A%2A%20;"
         " name*2=\"isn't it!\"",
         "a/b", "This is even more ***fun*** isn't it!"},
        {"a/b; name*0*=utf-8''%C3; name*1*=%A4.txt", "a/b", "ä.txt"},
        {"a/b; name*0*=utf-8''%C3%A4; name*1=%41", "a/b", "ä%41"},
        {"a/b; name*=iso-2022-jp''%1B$B$3$s%1B(B.txt", "a/b", "こん.txt"},
        {"a/b; name*=gb18030''%C4%E3%BA%C3", "a/b", "你好"},
        {"a/b; name*=''%C3%A4", "a/b", "ä"},
        {"a/b; name*=%E4", "a/b", "ä"},               // without its quotes
        {"a/b; name*=\"utf-8''%C3%A4\"", "a/b", "ä"}, // with those it should not have
        {"a/b; name*=x-nobody''%E4", "a/b", "ä"},
        {"a/b; name*=utf-8''100%", "a/b", "100%"},
        {"a/b; name*=utf-8''%4", "a/b", "%4"},
        {"a/b; name*=utf-8''%GG", "a/b", "%GG"},
        {"a/b; name*2=c; name*1=b", "a/b", "bc"},
        {"a/b; name*0=a; name*0=b", "a/b", "a"},
        {"a/b; name*99999999999999999999=a; name*-1=b; name*x=c", "a/b", ""},
        // RFC 2231 goes before what is there for old programs
        {"a/b; name=\"?.txt\"; name*=utf-8''%C3%A4.txt", "a/b", "ä.txt"},
        // encoded words, against RFC 2047
        {"a/b; name=\"=?utf-8?Q?=C3=A4.txt?=\"", "a/b", "ä.txt"},
        {"a/b; name==?utf-8?Q?=C3=A4.txt?=", "a/b", "ä.txt"},
        {"a/b; name=\"=?utf-8?Q?=C3?= =?utf-8?Q?=A4.txt?=\"", "a/b", "ä.txt"},
        {"a/b; name*0=\"=?utf-8?Q?=C3=\"; name*1=\"A4.txt?=\"", "a/b", "ä.txt"},
        // as it comes
        {"a/b; name=\"\xc3\xa4.txt\"", "a/b", "ä.txt"},
        {"a/b; name=\"\xe4.txt\"", "a/b", "ä.txt"},
        {"a/b; name=my file (1).txt ; x=y", "a/b", "my file (1).txt"},
        {"a/b; name=\"C:\\temp\\new.txt\"", "a/b", "C:\\temp\\new.txt"},
        {"a/b; name=\"no end", "a/b", "no end"},
        {"a/b; name=\"a\" junk; x=y", "a/b", "a"},
        {"attachment filename=\"a\"", "attachment", "a"},
        {"a/b;; ;name=a;", "a/b", "a"},
        {"a/b; =x; name; name=", "a/b", ""},
        {"; name=a", "", "a"},
        {"a/b; \"name\"=x; name=a", "a/b", "a"},
        {"a/b; (((", "a/b", ""},
        {"a/b; (\\", "a/b", ""},
        {"///", "/", ""},
    };
    for (const Row& row : rows) {
        CAPTURE(row.field);
        const mime::Parameterised found = mime::parse_parameters(row.field);
        CHECK(found.value == row.value);
        CHECK(found.name == row.name);
    }
}

TEST_CASE("mime: boundaries")
{
    const auto boundary = [](std::string_view field) {
        return mime::parse_parameters(field).boundary;
    };
    CHECK(boundary("multipart/mixed; boundary=abc") == "abc");
    CHECK(boundary("multipart/mixed; BOUNDARY=\"a b:c\"; x=y") == "a b:c");
    CHECK(boundary("multipart/mixed; boundary=\"abc \"") == "abc");
    CHECK(boundary("multipart/mixed; boundary=\"\"").empty());
    CHECK(boundary("multipart/mixed").empty());
    CHECK(boundary("multipart/mixed; boundary==?utf-8?Q?a?=") == "=?utf-8?Q?a?=");
    CHECK(boundary("multipart/mixed; boundary*=us-ascii''a%20b") == "a b");
    CHECK(boundary("multipart/mixed; boundary*0=a; boundary*1=b") == "ab");
}

TEST_CASE("mime: media types")
{
    for (const char* type : {"text/plain", "a/b", "application/vnd.x+y"})
        CHECK(mime::is_media_type(type));
    for (const char* type : {"", "/", "a/", "/b", "text", "a/b/c", "a b/c", "a/\xc3\xa4"})
        CHECK_FALSE(mime::is_media_type(type));
}
