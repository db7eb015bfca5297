// SPDX-License-Identifier: Apache-2.0
// The end of data: a table by hand, a model to compare with, every border, every
// combination.
#include "smtp/data_decoder.h"

#include <chrono>
#include <cstdlib>
#include <doctest/doctest.h>
#include <string>
#include <vector>

using namespace std::literals;

namespace {

using smtp::DataDecoder;
using smtp::StrayNewline;
using smtp::Trouble;

struct Outcome {
    std::string stored;
    std::string rest; // what would be taken for commands
    bool ended = false;
    Trouble trouble = Trouble::none;
    bool dot_lines = false;
    bool operator==(const Outcome&) const = default;
};

void append(std::string& text, const DataDecoder::Spans& spans)
{
    for (const std::string_view span : spans)
        text += span;
}

// Feeds `input` in pieces of `piece` bytes; the buffer of each piece is its own, so that a
// span that outlives it would be found by the address sanitizer.
Outcome decode(std::string_view input, StrayNewline policy, std::size_t piece,
               smtp::Limits limits = {})
{
    DataDecoder decoder(limits, {.stray_newline = policy});
    Outcome outcome;
    while (!input.empty() && !outcome.ended) {
        const std::string buffer(input.substr(0, piece));
        DataDecoder::Spans spans;
        const auto progress = decoder.data(buffer, spans);
        append(outcome.stored, spans);
        outcome.ended = progress.ended;
        REQUIRE((progress.ended || progress.consumed == buffer.size()));
        input.remove_prefix(progress.consumed);
    }
    outcome.rest = input;
    outcome.trouble = decoder.trouble();
    outcome.dot_lines = decoder.dot_lines();
    return outcome;
}

// The same rules written as plainly as possible, byte by byte over the whole text.
Outcome model(std::string_view input, StrayNewline policy)
{
    Outcome out;
    const std::string whole = "\r\n" + std::string(input);
    std::size_t i = 2;
    const auto behind_crlf = [&] { return whole.compare(i - 2, 2, "\r\n") == 0; };
    const auto note = [&](Trouble trouble) {
        if (policy == StrayNewline::refuse && out.trouble == Trouble::none)
            out.trouble = trouble;
    };
    std::string text;
    while (i < whole.size()) {
        if (behind_crlf() && whole[i] == '.') {
            if (whole.compare(i, 3, ".\r\n") == 0) {
                out.ended = true;
                out.rest = whole.substr(i + 3);
                break;
            }
            ++i;
            if (i < whole.size() && whole[i] == '.') {
                text += '.';
                ++i;
            }
        } else if (whole.compare(i, 2, "\r\n") == 0) {
            text += "\r\n";
            i += 2;
        } else if (whole[i] == '\r') {
            if (i + 1 == whole.size())
                break; // held back
            note(Trouble::bare_cr);
            text += ' ';
            ++i;
        } else if (whole[i] == '\n') {
            note(Trouble::bare_lf);
            text += "\r\n";
            ++i;
        } else {
            text += whole[i++];
        }
    }
    out.stored = text;
    out.dot_lines = ("\r\n" + text).find("\r\n.") != std::string::npos;
    return out;
}

void compare_with_model(const std::string& input)
{
    for (const auto policy : {StrayNewline::refuse, StrayNewline::normalise}) {
        const Outcome expected = model(input, policy);
        for (std::size_t piece = 1; piece <= input.size(); ++piece) {
            const Outcome found = decode(input, policy, piece);
            CAPTURE(input);
            CAPTURE(piece);
            CHECK(found.ended == expected.ended);
            CHECK(found.rest == expected.rest);
            CHECK(found.trouble == expected.trouble);
            if (expected.trouble == Trouble::none) {
                CHECK(found.stored == expected.stored);
                CHECK(found.dot_lines == expected.dot_lines);
            }
        }
    }
}

} // namespace

TEST_CASE("smtp: only CRLF.CRLF ends the data")
{
    struct Row {
        std::string_view input;
        std::string_view stored;
        std::string_view rest;
        bool ended;
    };
    static constexpr Row rows[] = {
        {".\r\n", "", "", true},
        {".\r\nQUIT\r\n", "", "QUIT\r\n", true},
        {"a\r\n.\r\nQUIT\r\n", "a\r\n", "QUIT\r\n", true},
        {"a\r\n..\r\n.\r\n", "a\r\n.\r\n", "", true},
        {"..a\r\n.\r\n", ".a\r\n", "", true},
        {".a\r\n.\r\n", "a\r\n", "", true},
        {"a.\r\n.b\r\n.\r\n", "a.\r\nb\r\n", "", true},
        {"\r\n\r\n.\r\n", "\r\n\r\n", "", true},
        {"a\r\n.", "a\r\n", "", false},
        {"a\r\n.\r", "a\r\n", "", false},
        {"a\r", "a", "", false},
        {"a", "a", "", false},
    };
    for (const Row& row : rows) {
        CAPTURE(row.input);
        for (std::size_t piece = 1; piece <= row.input.size(); ++piece) {
            const Outcome found = decode(row.input, StrayNewline::refuse, piece);
            CHECK(found.stored == row.stored);
            CHECK(found.rest == row.rest);
            CHECK(found.ended == row.ended);
            CHECK(found.trouble == Trouble::none);
        }
    }
}

TEST_CASE("smtp: no other end of data smuggles a command")
{
    // X "." Y for every X and Y a server somewhere took for a line end, then a command.
    static const std::string newlines[] = {"\n",   "\r",     "\r\n",   "\r\r\n",
                                           "\n\r", "\r\n\r", "\n\r\n", "\r\r",
                                           "\n\n", "\r\n\n", "\0\r\n"s};
    int cases = 0;
    for (const std::string& before : newlines)
        for (const std::string& after : newlines) {
            const std::string mark = before + '.' + after;
            const std::string input =
                "Subject: x\r\n\r\ntext" + mark + "MAIL FROM:<a@b>\r\n.\r\nQUIT\r\n";
            const bool real = before.ends_with("\r\n") && after.starts_with("\r\n");
            for (const auto policy : {StrayNewline::refuse, StrayNewline::normalise}) {
                const Outcome found = decode(input, policy, input.size());
                ++cases;
                CAPTURE(mark);
                CHECK(found.ended);
                CHECK(found.rest.contains("MAIL") == real);
                CHECK(found.rest.ends_with("QUIT\r\n"));
                const bool stray =
                    model(input, StrayNewline::refuse).trouble != Trouble::none;
                CHECK((found.trouble != Trouble::none) ==
                      (stray && policy == StrayNewline::refuse));
                // What is stored holds CRLF only: nothing is left for the next hop to
                // misread.
                std::string left = found.stored;
                for (std::size_t at; (at = left.find("\r\n")) != std::string::npos;)
                    left.erase(at, 2);
                if (policy == StrayNewline::normalise || !stray)
                    CHECK(left.find_first_of("\r\n") == std::string::npos);
            }
            compare_with_model(input);
        }
    CHECK(cases >= 240);
}

TEST_CASE("smtp: every text of CR, LF, dot and a letter does what the model says")
{
    static constexpr std::string_view alphabet = "\r\n.x";
    for (std::size_t length = 1; length <= 6; ++length)
        for (std::size_t number = 0; number < std::size_t{1} << (2 * length); ++number) {
            std::string input;
            for (std::size_t i = 0; i < length; ++i)
                input += alphabet[number >> (2 * i) & 3];
            for (const auto policy : {StrayNewline::refuse, StrayNewline::normalise}) {
                const Outcome expected = model(input, policy);
                for (const std::size_t piece : {std::size_t{1}, std::size_t{2}, length}) {
                    const Outcome found = decode(input, policy, piece);
                    const bool same = found.ended == expected.ended &&
                                      found.rest == expected.rest &&
                                      found.trouble == expected.trouble &&
                                      (expected.trouble != Trouble::none ||
                                       (found.stored == expected.stored &&
                                        found.dot_lines == expected.dot_lines));
                    if (!same)
                        FAIL_CHECK("differs: ", doctest::toString(input), " piece ", piece);
                }
            }
        }
}

TEST_CASE("smtp: after trouble the data are read to their end and nothing more is stored")
{
    const std::string input = "a\r\nb\nc\r\nd\r\n.\r\nQUIT\r\n";
    const Outcome found = decode(input, StrayNewline::refuse, input.size());
    CHECK(found.ended);
    CHECK(found.rest == "QUIT\r\n");
    CHECK(found.trouble == Trouble::bare_lf);
    CHECK_FALSE(found.stored.contains('c'));
    CHECK(decode("a\rb\r\n.\r\n", StrayNewline::refuse, 99).trouble == Trouble::bare_cr);
}

TEST_CASE("smtp: each limit of a message has its reply")
{
    struct Row {
        std::string_view input;
        smtp::Limits limits;
        int code;
        std::string_view enhanced;
    };
    smtp::Limits size, line, header, fields, hops;
    size.message_size = 10;
    line.text_line = 10;
    header.header_size = 10;
    fields.header_fields = 2;
    hops.hops = 2;
    const Row rows[] = {
        {"12345678\r\n.\r\n", size, 0, ""},
        {"123456789\r\n.\r\n", size, 552, "5.3.4"},
        {"\r\n1234567890\r\n.\r\n", line, 0, ""},
        {"\r\n12345678901\r\n.\r\n", line, 550, "5.6.0"},
        {"a: 12345\r\n\r\nlong enough\r\n.\r\n", header, 552, "5.3.4"},
        {"a: 1\r\n\r\nlong enough\r\n.\r\n", header, 0, ""},
        {"a: 1\r\nb: 2\r\n\r\n.\r\n", fields, 0, ""},
        {"a: 1\r\nb: 2\r\nc: 3\r\n\r\n.\r\n", fields, 552, "5.3.4"},
        {"Received: 1\r\nreceived:2\r\n\r\n.\r\n", hops, 0, ""},
        {"Received: 1\r\nreceived:2\r\nRECEIVED:3\r\n\r\n.\r\n", hops, 554, "5.4.6"},
        {"Received: 1\r\nreceived:2\r\n\r\nReceived: 3\r\n.\r\n", hops, 0, ""},
    };
    for (const Row& row : rows)
        for (std::size_t piece = 1; piece <= row.input.size(); ++piece) {
            CAPTURE(row.input);
            DataDecoder decoder(row.limits);
            std::string_view input = row.input;
            DataDecoder::Spans spans;
            while (!input.empty())
                input.remove_prefix(decoder.data(input.substr(0, piece), spans).consumed);
            const auto refusal = decoder.refusal();
            CHECK((refusal ? refusal->code : 0) == row.code);
            CHECK((refusal ? refusal->enhanced : "") == row.enhanced);
        }
}

TEST_CASE("smtp: facts of a message")
{
    smtp::Limits limits;
    DataDecoder decoder(limits, {.refuse_nul = true});
    DataDecoder::Spans spans;
    const std::string_view text = "a: b\r\n\r\n..x\r\ngr\xc3\xbc\xc3\x9f\r\n.\r\n\xff\xff";
    const auto progress = decoder.data(text, spans);
    CHECK(progress.consumed == text.size() - 2);
    CHECK(decoder.dot_lines());
    CHECK(decoder.eight_bit());
    CHECK_FALSE(decoder.nul());
    CHECK(decoder.longest_line() == 6);
    CHECK(decoder.ends_with_newline());
    CHECK(decoder.size() == 20);
    CHECK(decoder.header().done());
    CHECK_FALSE(decoder.refusal());

    DataDecoder pure(limits);
    CHECK(pure.data("a: b\r\n\r\n.x\r\n.\r\n\xff", spans).ended);
    CHECK_FALSE(pure.eight_bit());
    CHECK_FALSE(pure.dot_lines());

    DataDecoder passed(limits);
    CHECK(passed.data("a\0b\r\n.\r\n"sv, spans).ended);
    CHECK(passed.nul());
    CHECK_FALSE(passed.refusal());
    DataDecoder binary(limits, {.binary = true, .refuse_nul = true});
    binary.chunk("a\0b"sv, spans);
    CHECK(binary.nul());
    CHECK_FALSE(binary.refusal());
    limits.message_size = 0; // no limit
    DataDecoder endless(limits);
    endless.chunk(std::string(100, '\xff'), spans);
    endless.chunk("\xff", spans);
    CHECK(endless.size() == 101);
    DataDecoder refused(limits, {.refuse_nul = true});
    CHECK(refused.data("a\0b\r\n.\r\n"sv, spans).ended);
    CHECK(refused.refusal()->code == 550);
}

TEST_CASE("smtp: chunks keep their dots and follow the same rule of newlines")
{
    struct Row {
        std::string_view input;
        StrayNewline policy;
        bool binary;
        std::string_view stored;
        Trouble trouble;
        bool dot_lines;
        bool newline;
    };
    using enum StrayNewline;
    static constexpr Row rows[] = {
        {"a\r\n.\r\nb\r\n", refuse, false, "a\r\n.\r\nb\r\n", Trouble::none, true, true},
        {"a\r\n..\r\nb", refuse, false, "a\r\n..\r\nb", Trouble::none, true, false},
        {"a\nb\r\n", refuse, false, "a", Trouble::bare_lf, false, true},
        {"a\nb\r\n", normalise, false, "a\r\nb\r\n", Trouble::none, false, true},
        {"a\n.b\r\n", normalise, false, "a\r\n.b\r\n", Trouble::none, true, true},
        {"a\rb\r\n", normalise, false, "a b\r\n", Trouble::none, false, true},
        {"a\r", normalise, false, "a ", Trouble::none, false, false},
        {"a\r", refuse, false, "a", Trouble::bare_cr, false, false},
        {"a\nb\rc\r\n", refuse, true, "a\nb\rc\r\n", Trouble::none, true, true},
        {"a\n\r", refuse, true, "a\n\r", Trouble::none, true, false},
        {"\n", refuse, true, "\n", Trouble::none, true, false},
        {"", refuse, false, "", Trouble::none, false, true},
    };
    for (const Row& row : rows)
        for (std::size_t piece = 1; piece <= row.input.size() + 1; ++piece) {
            CAPTURE(row.input);
            CAPTURE(piece);
            DataDecoder decoder({}, {.stray_newline = row.policy, .binary = row.binary});
            std::string stored;
            for (std::size_t at = 0; at <= row.input.size(); at += piece) {
                DataDecoder::Spans spans;
                decoder.chunk(row.input.substr(at, piece), spans);
                append(stored, spans);
            }
            DataDecoder::Spans spans;
            decoder.end_chunks(spans);
            append(stored, spans);
            CHECK(stored == row.stored);
            CHECK(decoder.trouble() == row.trouble);
            CHECK(decoder.dot_lines() == row.dot_lines);
            CHECK(decoder.ends_with_newline() == row.newline);
        }
}

TEST_CASE("smtp: each trouble has a refusal")
{
    for (int i = 1; i <= static_cast<int>(Trouble::too_many_hops); ++i)
        CHECK(smtp::refusal_for(static_cast<Trouble>(i)).permanent());
    CHECK(smtp::refusal_for(Trouble::none).positive());
}

TEST_CASE("smtp: a hostile text costs no more than its length")
{
    // A megabyte of each: quadratic work would take minutes, this takes milliseconds.
    for (const char c : {'\r', '\n', '.'}) {
        const std::string text(1 << 20, c);
        const Outcome found = decode(text, StrayNewline::normalise, text.size());
        CHECK_FALSE(found.ended);
    }
}
