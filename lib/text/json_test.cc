// SPDX-License-Identifier: Apache-2.0
// What is written is read back by a parser of others.
#include "text/json.h"
#include "text/lines.h"

#include <nlohmann/json.hpp>

#include <doctest/doctest.h>

namespace {

std::string json_of(std::string_view text)
{
    std::string out;
    text::append_json_string(out, text);
    return out;
}

} // namespace

TEST_CASE("text: a JSON string holds any text")
{
    CHECK(json_of("") == R"("")");
    CHECK(json_of("plain <a@b>") == R"("plain <a@b>")");
    CHECK(json_of("\"\\\n\r\t") == R"("\"\\\n\r\t")");
    CHECK(json_of(std::string_view("\0\x1f\x7f", 3)) == R"("\u0000\u001f\u007f")");
    CHECK(json_of("\xc2\x80\xc2\x9f\xc2\xa0") == "\"\\u0080\\u009f\xc2\xa0\"");
    CHECK(json_of("Gr\xc3\xbc\xc3\x9f"
                  "e \xf0\x9f\x93\xa7") == "\"Gr\xc3\xbc\xc3\x9f"
                                           "e \xf0\x9f\x93\xa7\"");
}

TEST_CASE("text: what is no UTF-8 becomes U+FFFD in JSON, and nothing else is lost")
{
    CHECK(json_of("a\xff"
                  "b") == "\"a\xef\xbf\xbd"
                          "b\"");
    CHECK(json_of("\xc3") == "\"\xef\xbf\xbd\"");                     // cut
    CHECK(json_of("\xed\xa0\x80").find("\xed") == std::string::npos); // a surrogate
}

TEST_CASE("text: every pair of bytes is read back by a parser")
{
    for (int first = 0; first < 256; ++first)
        for (int second = 0; second < 256; ++second) {
            const std::string bytes = {static_cast<char>(first), static_cast<char>(second)};
            const std::string written = json_of(bytes);
            const auto read = nlohmann::json::parse(written, nullptr, false);
            REQUIRE(read.is_string());
            if (text::is_utf8(bytes))
                REQUIRE(read.get<std::string>() == bytes);
        }
}

TEST_CASE("text: objects, arrays and numbers are separated as they must be")
{
    std::string out;
    text::JsonWriter json(out);
    json.begin_object()
        .member("text", "a:")
        .member("yes", true)
        .member("no", false)
        .member("least", std::int64_t{INT64_MIN})
        .member("most", std::uint64_t{UINT64_MAX})
        .member("small", 7u);
    json.key("empty").begin_array().end_array();
    json.key("list").begin_array();
    json.begin_object().end_object().begin_object().member("x", 1).end_object();
    json.value("[").value(2).null().end_array().end_object();
    out += '\n';
    json.begin_object().end_object();
    CHECK(out == R"({"text":"a:","yes":true,"no":false,"least":-9223372036854775808,)"
                 R"("most":18446744073709551615,"small":7,"empty":[],)"
                 R"("list":[{},{"x":1},"[",2,null]})"
                 "\n{}");
}
