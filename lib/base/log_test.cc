// SPDX-License-Identifier: Apache-2.0
// Tests of base/log.h: whatever a client sends, a line stays a line and JSON stays JSON.
#include "base/log_test.h"

#include <nlohmann/json.hpp>

#include <doctest/doctest.h>
#include <string>
#include <string_view>

using base::Captured;
using base::format_event;
using base::Kept;
using base::Level;
using base::LogFormat;

namespace {

std::string key_value(std::string_view value)
{
    return format_event(LogFormat::key_value, "p", Level::info, "event", "id",
                        {{"k", value}});
}

nlohmann::json json(std::string_view value)
{
    return nlohmann::json::parse(
        format_event(LogFormat::json, "p", Level::info, "event", "id", {{"k", value}}));
}

std::string every_byte()
{
    std::string all;
    for (int c = 0; c < 256; ++c)
        all += static_cast<char>(c);
    return all;
}

} // namespace

TEST_CASE("base: a value is written as it is, or quoted and escaped")
{
    struct Row {
        std::string_view value;
        std::string_view written;
    };
    const Row rows[] = {
        {"plain", "plain"},
        {"a@b.example", "a@b.example"},
        {"a=b", "a=b"},
        {"", R"("")"},
        {"two words", R"("two words")"},
        {R"(a"b)", R"("a\"b")"},
        {R"(a\b)", R"("a\\b")"},
        {"a\r\nb", R"("a\x0d\x0ab")"},
        {std::string_view("nul\0l", 5), R"("nul\x00l")"},
        {"\x1b[31m", R"("\x1b[31m")"},
        {"\x7f", R"("\x7f")"},
        {"gr\xc3\xbc\xdf", R"("gr\xc3\xbc\xdf")"},
    };
    for (const Row& row : rows)
        CHECK(key_value(row.value) == "id event k=" + std::string(row.written));
}

TEST_CASE("base: no byte a client sends ends a line or leaves ASCII")
{
    for (const LogFormat format : {LogFormat::key_value, LogFormat::json}) {
        const std::string line =
            format_event(format, "p", Level::error, "event", "id", {{"k", every_byte()}});
        for (const unsigned char c : line)
            CHECK((c >= 0x20 && c < 0x7f));
    }
}

TEST_CASE("base: JSON says every byte, alone and in company")
{
    for (int c = 0; c < 256; ++c) {
        const auto event = json("<" + std::string(1, static_cast<char>(c)) + ">");
        // Above 0x7f the byte is written as the character of that number.
        const std::string middle = c < 0x80
                                       ? std::string(1, static_cast<char>(c))
                                       : std::string{static_cast<char>(0xc0 | c >> 6),
                                                     static_cast<char>(0x80 | (c & 0x3f))};
        CHECK(event.at("k").get<std::string>() == "<" + middle + ">");
    }
    CHECK_NOTHROW((void)json(every_byte()));
}

TEST_CASE("base: a JSON event has its frame, and numbers are numbers")
{
    const auto event = nlohmann::json::parse(
        format_event(LogFormat::json, "prog", Level::warning, "some-event", "",
                     {{"number", -5}, {"text", "5"}, {"flag", true}}));
    CHECK(event.at("time").is_number());
    CHECK(event.at("level") == "warning");
    CHECK(event.at("program") == "prog");
    CHECK(event.at("event") == "some-event");
    CHECK(event.at("id") == "");
    CHECK(event.at("number") == -5);
    CHECK(event.at("text") == "5");
    CHECK(event.at("flag") == 1);
}

TEST_CASE("base: an event without an id has a dash, and fields keep their order")
{
    CHECK(format_event(LogFormat::key_value, "p", Level::info, "e", "", {}) == "- e");
    CHECK(format_event(LogFormat::key_value, "p", Level::info, "e", "-",
                       {{"b", 2}, {"a", "x y"}}) == R"(- e b=2 a="x y")");
}

TEST_CASE("base: only lines up to the level are written")
{
    const Level levels[] = {Level::error, Level::warning, Level::notice, Level::info,
                            Level::debug};
    for (const Level limit : levels) {
        const Captured captured({.program = "p",
                                 .target = base::LogTarget::journald,
                                 .format = LogFormat::key_value,
                                 .level = limit});
        std::string expected;
        for (const Level level : levels) {
            CHECK(base::logs(level) == (level <= limit));
            base::log(level, "test-event", "id", {{"k", 1}});
            if (level <= limit)
                expected +=
                    "<" + std::to_string(static_cast<int>(level)) + ">id test-event k=1\n";
        }
        CHECK(captured.text() == expected);
    }
}

TEST_CASE(
    "base: on standard error key=value lines say when and who, JSON lines say it once")
{
    {
        const Captured captured({.program = "prog"});
        base::log(Level::info, "test-event", "id");
        const std::string text = captured.text();
        CHECK(text.find("T") == 10);
        CHECK(text.ends_with(" prog id test-event\n"));
    }
    const Captured captured({.program = "prog", .format = LogFormat::json});
    base::log(Level::info, "test-event", "id");
    CHECK(captured.text().starts_with("{\"time\":"));
    CHECK(captured.text().ends_with("}\n"));
}

TEST_CASE("base: events are taken whatever the level, and only those that are wanted")
{
    Kept kept("test-wanted");
    const Captured captured(
        {.program = "p", .format = LogFormat::json, .level = Level::error});
    CHECK(base::logs(Level::debug, "test-wanted"));
    CHECK_FALSE(base::logs(Level::info, "test-other"));
    CHECK_FALSE(base::logs(Level::info));
    base::log(Level::info, "test-wanted", "id", {{"k", "a b"}});
    base::log(Level::error, "test-other", "id");
    CHECK(kept.lines == "id test-wanted k=\"a b\"\n");
    CHECK(captured.text().find("test-wanted") == std::string::npos);
    CHECK(captured.text().find("other") != std::string::npos);
}

TEST_CASE("base: an event that is written and taken is the same line")
{
    Kept kept("test-wanted");
    for (const LogFormat format : {LogFormat::key_value, LogFormat::json}) {
        const Captured captured(
            {.program = "p", .target = base::LogTarget::journald, .format = format});
        kept.lines.clear();
        base::log(Level::info, "test-wanted", "id", {{"k", "a b"}});
        CHECK(kept.lines == "id test-wanted k=\"a b\"\n");
        if (format == LogFormat::key_value)
            CHECK(captured.text().starts_with("<6>" + kept.lines));
        else
            CHECK(captured.text().starts_with("<6>{\"time\":"));
    }
}
