// SPDX-License-Identifier: Apache-2.0
#include "text/csv.h"

#include <doctest/doctest.h>

namespace {

// Each row as "LINE field|field|", or "LINE !error".
std::string read_all(std::string_view text)
{
    std::string out;
    text::CsvReader reader(text);
    text::CsvRow row;
    while (reader.next(row)) {
        out += std::to_string(row.line) + ' ';
        for (const std::string& field : row.fields)
            out += row.error.empty() ? field + '|' : "";
        out += row.error.empty() ? ";" : "!" + row.error + ';';
    }
    return out;
}

} // namespace

TEST_CASE("text: CSV rows and their lines")
{
    struct Case {
        std::string_view text;
        std::string_view rows;
    };
    static constexpr Case cases[] = {
        {"", ""},
        {"\n\r\n\n", ""},
        {"a,b", "1 a|b|;"},
        {"a,b\n", "1 a|b|;"},
        {"a,b\r\nc,d\r\n", "1 a|b|;2 c|d|;"},
        {"\n\na\n\nb\n", "3 a|;5 b|;"},
        {"\xef\xbb\xbf"
         "a,b\n",
         "1 a|b|;"},
        {",\n", "1 ||;"},
        {"a,\n,b\n", "1 a||;2 |b|;"},
        {"\"a\",\"\"\n", "1 a||;"},
        {"\"a,b\",c\n", "1 a,b|c|;"},
        {"\"say \"\"hi\"\"\"\n", "1 say \"hi\"|;"},
        {"\"\"\"\"\n", "1 \"|;"},
        {"\"two\nlines\",x\nnext\n", "1 two\nlines|x|;3 next|;"},
        {"\"two\r\nlines\"\r\nnext\r\n", "1 two\r\nlines|;3 next|;"},
        {"a\rb\n", "1 a\rb|;"},
        {" a , b \n", "1  a | b |;"},
        {"a\"b\nc\n", "1 !a quote inside an unquoted field;2 c|;"},
        {"\"a\"b\nc\n", "1 !text after a quoted field;2 c|;"},
        {"x\n\"a\nb\n", "1 x|;2 !a quoted field does not end;3 b|;"},
    };
    for (const Case& each : cases) {
        CAPTURE(each.text);
        CHECK(read_all(each.text) == each.rows);
    }
}

TEST_CASE("text: CSV has limits, and goes on behind them")
{
    const std::string many(text::CsvReader::max_fields, ',');
    CHECK(read_all(many + "\nx\n") == "1 !too many fields;2 x|;");
    const std::string big(text::CsvReader::max_field + 1, 'x');
    CHECK(read_all(big + "\nx\n") == "1 !a field is too long;2 x|;");
    CHECK(read_all('"' + big + "\"\nx\n") == "1 !a field is too long;2 x|;");
}

TEST_CASE("text: CSV cut anywhere is read to its end")
{
    const std::string whole = "name,host\r\n\"a \"\"b\"\"\n,c\",d\r\ne,\"f\"\r\n";
    for (std::size_t size = 0; size <= whole.size(); ++size) {
        CAPTURE(size);
        const std::string rows = read_all(std::string_view(whole).substr(0, size));
        CHECK((size == 0) == rows.empty());
    }
}

TEST_CASE("text: CSV written is read as it was")
{
    const std::vector<std::string_view> fields = {"\xef\xbb\xbfm", "",   "a", "b,c", "\"",
                                                  "x\r\ny",        " d "};
    std::string out;
    text::append_csv(out, fields);
    text::append_csv(out, fields);
    text::CsvReader reader(out);
    text::CsvRow row;
    for (int i = 0; i < 2; ++i) {
        REQUIRE(reader.next(row));
        CHECK(std::vector<std::string_view>(row.fields.begin(), row.fields.end()) ==
              fields);
    }
    CHECK_FALSE(reader.next(row));
    std::string one;
    text::append_csv(one, {""});
    CHECK(one == "\"\"\r\n"); // an empty line would be no row
}
