// SPDX-License-Identifier: Apache-2.0
// Tests of base/log_line.h: what log.cc writes is read back, byte for byte, whatever stands
// in front; what was cut off is never taken for something else.
#include "base/log_line.h"

#include <doctest/doctest.h>
#include <random>
#include <utility>
#include <vector>

using base::Level;
using base::LogField;
using base::LogFormat;
using base::LogLine;
using base::Taken;

namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;

// All fields of a line, in order; nothing if one is damaged.
std::optional<Pairs> fields_of(LogLine line)
{
    Pairs pairs;
    LogField field;
    std::string room;
    for (;;) {
        const Taken taken = base::take_field(line, field);
        if (taken == Taken::end)
            return pairs;
        if (taken == Taken::damaged)
            return std::nullopt;
        const auto value = base::log_value(line.format, field.written, room);
        if (!value)
            return std::nullopt;
        pairs.emplace_back(field.key, *value);
    }
}

std::optional<Pairs> fields_of(std::string_view text)
{
    const auto line = base::read_log_line(text);
    return line ? fields_of(*line) : std::nullopt;
}

std::string written(LogFormat format, std::string_view value)
{
    return base::format_event(format, "prog", Level::info, "some-event", "id.1",
                              {{"first", value}, {"number", 42}, {"last", value}});
}

std::vector<std::string> hostile_values()
{
    std::vector<std::string> values = {
        "",      "plain",         "two words", R"(")",      R"(\)",  R"(\")",   R"(\\")",
        "a=b",   "x y=z",         R"(" y="z)", "}",         R"("})", "{\"a\":", ",",
        "\\x41", "\\u0041",       " ",         "\n<6>id e", "\r\n",  "\\x",     "\x7f",
        "\t",    "gr\xc3\xbc\xdf"};
    std::string all;
    for (int c = 0; c < 256; ++c) {
        all += static_cast<char>(c);
        values.push_back(std::string("<") + static_cast<char>(c));
        values.emplace_back(1, static_cast<char>(c));
    }
    values.push_back(all);
    return values;
}

constexpr LogFormat formats[] = {LogFormat::key_value, LogFormat::json};

} // namespace

TEST_CASE("base: every value that was logged is read back byte for byte")
{
    for (const LogFormat format : formats)
        for (const std::string& value : hostile_values()) {
            const std::string text = written(format, value);
            CAPTURE(text);
            const auto line = base::read_log_line(text);
            REQUIRE(line);
            CHECK(line->format == format);
            CHECK(line->id == "id.1");
            CHECK(line->event == "some-event");
            CHECK(line->record == text);
            CHECK(fields_of(*line) ==
                  Pairs{{"first", value}, {"number", "42"}, {"last", value}});
        }
}

TEST_CASE("base: a line that was cut has fewer fields, never others")
{
    for (const LogFormat format : formats)
        for (const std::string& value : hostile_values()) {
            const std::string text = written(format, value);
            for (std::size_t size = 0; size < text.size(); ++size) {
                const auto fields = fields_of(std::string_view(text).substr(0, size));
                CAPTURE(text.substr(0, size));
                CHECK((format == LogFormat::key_value || !fields));
                // The last one may be cut where nothing shows it.
                for (std::size_t i = 0; fields && i + 1 < fields->size(); ++i)
                    CHECK((*fields)[i].second == (i == 1 ? "42" : value));
            }
        }
}

TEST_CASE("base: what the journal and syslog put in front is taken off, the time is kept")
{
    const std::string record = R"(0C3K7W2D5F080 delivered to="a b" n=1)";
    const std::string time = "2026-11-23T00:17:37+01:00";
    const std::string micros = "2026-11-23T00:17:37.123456+0100";
    const std::pair<std::string, std::string> rows[] = {
        {"", ""},
        {"<6>", ""},
        {time + " smtp-sendd ", time},
        {"<6>" + time + " smtp-sendd ", time},
        {"Nov 23 00:17:37 mx1 smtp-sendd[42]: ", ""},
        {"Nov  3 00:17:37 mx1 smtp-sendd[42]: ", ""},
        {"<6>Nov  3 00:17:37 smtp-sendd[42]: ", ""},
        {micros + " mx1 smtp-sendd[42]: ", micros},
        {micros + " smtp-sendd[42]: ", micros},
        {micros + " mx1 sponts[7]: " + time + " smtp-sendd ", time},
        {micros + " mx1 sponts[7]: <6>", micros},
        {micros + " " + time + " smtp-sendd ", time},
    };
    for (const auto& [front, when] : rows) {
        const std::string text = front + record;
        CAPTURE(text);
        const auto line = base::read_log_line(text);
        REQUIRE(line);
        CHECK(line->time == when);
        CHECK(line->record == record);
        CHECK(line->id == "0C3K7W2D5F080");
        CHECK(fields_of(*line) == Pairs{{"to", "a b"}, {"n", "1"}});
    }
}

TEST_CASE("base: JSON lines say when, also behind a prefix")
{
    const std::string object = written(LogFormat::json, "v");
    for (const std::string& front :
         {std::string(), std::string("<6>"), std::string("Nov 23 00:17:37 mx p[1]: ")}) {
        const std::string text = front + object;
        const auto line = base::read_log_line(text);
        REQUIRE(line);
        CHECK(line->record == object);
        CHECK(line->time.find('.') == 10);
    }
}

TEST_CASE("base: lines of others are not ours")
{
    for (const std::string_view text :
         {"", " ", "word", "-", "Started smtp-relayd.service - mail gateway.",
          "-- No entries --", "{}", "{\"time\":1}", "id EVENT a=b", " event a=b",
          "a=b event c=d", "<6>", "2026-11-23T00:17:37Z", "2026-11-23T00:17:37Z prog",
          "Nov 23 00:17:37 mx kernel: x", "{\"level\":\"info\",\"time\":1}", "\"\" \"\""})
        CHECK_MESSAGE(!base::read_log_line(text), text);
    // These have a beginning, but no fields.
    for (const std::string_view text :
         {"id event words", "id event a", "id event =b", "id event a=b  c=d",
          "id event a=\"b", "id event a=\"b\"c=d", "id event a b=c", "id event a=\"\\q\""})
        CHECK_MESSAGE(!fields_of(text), text);
}

TEST_CASE("base: noise is refused or read, but never beyond its end")
{
    std::mt19937 random(1);
    const std::string_view letters = "ab\\\"x0{}:,= -u";
    for (int i = 0; i < 20'000; ++i) {
        std::string text = i % 2 == 0 ? "id event" : written(LogFormat::json, "v");
        text.resize(i % 2 == 0 ? text.size() : text.size() - 1);
        for (int n = 0; n < i % 23; ++n)
            text += letters[random() % letters.size()];
        (void)fields_of(text);
    }
}
