// SPDX-License-Identifier: Apache-2.0
// What is counted is what GMime, which decodes everything, comes to; and what fields are
// decoded to is what GMime makes of them where they are well formed.
#include "mime/charset.h"
#include "mime/content.h"
#include "mime/parameters.h"
#include "mime/words.h"

#include <algorithm>
#include <doctest/doctest.h>
#include <gmime/gmime.h>
#include <memory>
#include <random>
#include <vector>

using mime::Content;
using mime::Encoding;

namespace {

class Dice {
public:
    explicit Dice(unsigned seed) : engine_(seed) {}
    std::size_t below(std::size_t bound) { return engine_() % bound; }
    char octet() { return static_cast<char>(below(256)); }
    char one_of(std::string_view characters)
    {
        return characters[below(characters.size())];
    }

private:
    std::mt19937 engine_;
};

std::string decoded_by_gmime(GMimeContentEncoding encoding, std::string_view body)
{
    GMimeEncoding state;
    g_mime_encoding_init_decode(&state, encoding);
    std::string out(g_mime_encoding_outlen(&state, body.size()) + 16, '\0');
    out.resize(g_mime_encoding_flush(&state, body.data(), body.size(), out.data()));
    return out;
}

// Cut anywhere, and with any part of it decoded.
std::string check_count(Encoding encoding, std::string_view body, std::string_view expected,
                        Dice& dice)
{
    const std::size_t wanted = dice.below(2 * expected.size() + 2);
    Content content(encoding, wanted);
    while (!body.empty()) {
        const std::size_t piece = std::min(1 + dice.below(200), body.size());
        content.take(body.substr(0, piece));
        body.remove_prefix(piece);
    }
    content.finish();
    CHECK(content.size() == expected.size());
    CHECK(content.front() == expected.substr(0, wanted));
    return content.front();
}

std::string random_octets(Dice& dice, std::size_t most)
{
    std::string out(dice.below(most), '\0');
    for (char& octet : out)
        octet = dice.octet();
    return out;
}

std::string encoded_by_gmime(GMimeContentEncoding encoding, std::string_view octets)
{
    GMimeEncoding state;
    g_mime_encoding_init_encode(&state, encoding);
    std::string out(g_mime_encoding_outlen(&state, octets.size()) + 16, '\0');
    out.resize(g_mime_encoding_flush(&state, octets.data(), octets.size(), out.data()));
    return out;
}

// As old programs write it, and as old ways of mail leave it.
std::string with_lost_blanks(std::string lines)
{
    std::ranges::replace(lines, '`', ' ');
    for (std::size_t end = 0; (end = lines.find('\n', end)) != std::string::npos;) {
        const std::size_t begin = end == 0 ? 0 : lines.rfind('\n', end - 1) + 1;
        while (end > begin && lines[end - 1] == ' ')
            lines.erase(--end, 1);
        ++end;
    }
    return lines;
}

std::string taken(char* text)
{
    const std::string out = text;
    g_free(text);
    return out;
}

} // namespace

TEST_CASE("mime: base64 is counted as GMime decodes it")
{
    Dice dice(1);
    for (int round = 0; round < 2000; ++round) {
        const std::string octets = random_octets(dice, 400);
        std::string body = encoded_by_gmime(GMIME_CONTENT_ENCODING_BASE64, octets);
        for (std::size_t junk = dice.below(10); junk > 0; --junk)
            body.insert(dice.below(body.size() + 1), 1,
                        dice.one_of(" \t\r\n!-_?\xe4\0.=,"));
        // GMime throws away what is left over where the "=" is missing; we count it, as
        // most others do.
        body += '=';
        CAPTURE(body);
        check_count(Encoding::base64, body,
                    decoded_by_gmime(GMIME_CONTENT_ENCODING_BASE64, body), dice);
    }
}

TEST_CASE("mime: quoted-printable is counted as GMime decodes it")
{
    Dice dice(2);
    for (int round = 0; round < 2000; ++round) {
        std::string body = dice.below(2) == 0
                               ? encoded_by_gmime(GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE,
                                                  random_octets(dice, 400))
                               : std::string();
        for (std::size_t junk = dice.below(40); junk > 0; --junk) {
            const std::size_t at = dice.below(body.size() + 1);
            if (dice.below(3) == 0)
                body.insert(at, dice.below(2) == 0 ? "=\r\n" : "=\n");
            else
                body.insert(at, 1, dice.one_of("= \t\r\n4Aag\xe4"));
        }
        CAPTURE(body);
        check_count(Encoding::quoted_printable, body,
                    decoded_by_gmime(GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE, body), dice);
    }
}

TEST_CASE("mime: uuencode is counted as GMime decodes it")
{
    Dice dice(3);
    for (int round = 0; round < 1000; ++round) {
        const std::string octets = random_octets(dice, 400);
        std::string lines = encoded_by_gmime(GMIME_CONTENT_ENCODING_UUENCODE, octets);
        lines += "`\nend\n";
        CHECK(decoded_by_gmime(GMIME_CONTENT_ENCODING_UUENCODE, lines) == octets);
        if (dice.below(2) == 0)
            lines = with_lost_blanks(lines);
        if (dice.below(2) == 0)
            for (std::size_t at = 0; (at = lines.find('\n', at)) != std::string::npos;
                 at += 2)
                lines.insert(at, "\r");
        const std::string before = dice.below(2) == 0 ? "a line of text\n" : "";
        check_count(Encoding::uuencode, before + "begin 644 a.bin\n" + lines, octets, dice);
    }
}

// GMime writes what it is given as RFC 2047 and RFC 2231 want it.
TEST_CASE("mime: fields that GMime writes are read as they were meant")
{
    g_mime_init();
    Dice dice(4);
    const std::vector<std::string> words = {"a",     "Straße", "€",  "你好", "naïve",
                                            "x.pdf", "Łódź",   "\"", "😀",   "б",
                                            "100%",  "it's",   "=?"};
    for (const char* charset :
         {"utf-8", "iso-8859-1", "gb18030", "iso-2022-jp", "koi8-r"}) {
        for (int round = 0; round < 200; ++round) {
            std::string text = "a";
            for (std::size_t count = dice.below(20); count > 0; --count)
                text += " " + words[dice.below(words.size())];
            CAPTURE(text);
            std::string field =
                taken(g_mime_utils_header_encode_text(nullptr, text.c_str(), charset));
            std::erase_if(field, [](char c) { return c == '\n'; });
            CHECK(mime::decode_text(field) == text);

            const std::unique_ptr<GMimeParamList, decltype(&g_object_unref)> list(
                g_mime_param_list_new(), g_object_unref);
            g_mime_param_list_set_parameter(list.get(), "filename", text.c_str());
            for (const auto method : {GMIME_PARAM_ENCODING_METHOD_RFC2231,
                                      GMIME_PARAM_ENCODING_METHOD_RFC2047}) {
                GMimeParam* param = g_mime_param_list_get_parameter_at(list.get(), 0);
                g_mime_param_set_charset(param, charset);
                g_mime_param_set_encoding_method(param, method);
                GString* out = g_string_new("attachment");
                g_mime_param_list_encode(list.get(), nullptr, TRUE, out);
                std::string disposition = taken(g_string_free(out, FALSE));
                std::erase_if(disposition, [](char c) { return c == '\n'; });
                CAPTURE(disposition);
                CHECK(mime::parse_parameters(disposition).name == text);
            }
        }
    }
}
