// SPDX-License-Identifier: Apache-2.0
#include "mime/charset.h"

#include "text/lines.h"
#include "text/plain.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <iconv.h>
#include <map>
#include <memory>
#include <utility>

namespace mime {

namespace {

constexpr std::string_view replacement = "\xef\xbf\xbd"; // U+FFFD

// Names without "-", "_" and "."; then what iconv(3) calls the charset, or a superset
// of it that people really send under that name.
constexpr std::array charsets = std::to_array<std::pair<std::string_view, const char*>>({
    {"big5", "BIG5-HKSCS"},
    {"big5hkscs", "BIG5-HKSCS"},
    {"cp1250", "CP1250"},
    {"cp1251", "CP1251"},
    {"cp1253", "CP1253"},
    {"cp1254", "CP1254"},
    {"cp1255", "CP1255"},
    {"cp1256", "CP1256"},
    {"cp1257", "CP1257"},
    {"cp1258", "CP1258"},
    {"cp850", "CP850"},
    {"cp866", "CP866"},
    {"cp874", "CP874"},
    {"cp932", "CP932"},
    {"cp936", "GB18030"},
    {"cp949", "UHC"},
    {"cp950", "BIG5-HKSCS"},
    {"eucjp", "EUC-JP"},
    {"euckr", "UHC"},
    {"euctw", "EUC-TW"},
    {"gb18030", "GB18030"},
    {"gb2312", "GB18030"},
    {"gbk", "GB18030"},
    {"iso2022jp", "ISO-2022-JP-3"},
    {"iso2022jp1", "ISO-2022-JP-2"},
    {"iso2022jp2", "ISO-2022-JP-2"},
    {"iso2022kr", "ISO-2022-KR"},
    {"iso88592", "ISO-8859-2"},
    {"iso88593", "ISO-8859-3"},
    {"iso88594", "ISO-8859-4"},
    {"iso88595", "ISO-8859-5"},
    {"iso88596", "ISO-8859-6"},
    {"iso88597", "ISO-8859-7"},
    {"iso88598", "ISO-8859-8"},
    {"iso88598i", "ISO-8859-8"},
    {"iso88599", "CP1254"},
    {"iso885910", "ISO-8859-10"},
    {"iso885911", "CP874"},
    {"iso885913", "ISO-8859-13"},
    {"iso885914", "ISO-8859-14"},
    {"iso885915", "ISO-8859-15"},
    {"iso885916", "ISO-8859-16"},
    {"koi8r", "KOI8-R"},
    {"koi8u", "KOI8-U"},
    {"ksc56011987", "UHC"},
    {"latin2", "ISO-8859-2"},
    {"macintosh", "MACINTOSH"},
    {"shiftjis", "CP932"},
    {"sjis", "CP932"},
    {"tis620", "CP874"},
    {"unicode11utf7", "UTF-7"},
    {"utf7", "UTF-7"},
    {"windows1250", "CP1250"},
    {"windows1251", "CP1251"},
    {"windows1253", "CP1253"},
    {"windows1254", "CP1254"},
    {"windows1255", "CP1255"},
    {"windows1256", "CP1256"},
    {"windows1257", "CP1257"},
    {"windows1258", "CP1258"},
    {"windows31j", "CP932"},
    {"windows874", "CP874"},
    {"windows936", "GB18030"},
    {"windows949", "UHC"},
    {"xgbk", "GB18030"},
    {"xsjis", "CP932"},
});

// The upper half of windows-1252 where it is not ISO 8859-1; zeros stand for nothing.
constexpr std::array<char16_t, 32> windows_1252 = {
    0x20ac, 0,      0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160,
    0x2039, 0x0152, 0,      0x017d, 0,      0,      0x2018, 0x2019, 0x201c, 0x201d, 0x2022,
    0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0,      0x017e, 0x0178};

void append_character(std::string& out, char16_t character)
{
    if (character == 0) {
        out += replacement;
    } else if (character < 0x80) {
        out += static_cast<char>(character);
    } else if (character < 0x800) {
        out += static_cast<char>(0xc0 | (character >> 6));
        out += static_cast<char>(0x80 | (character & 0x3f));
    } else {
        out += static_cast<char>(0xe0 | (character >> 12));
        out += static_cast<char>(0x80 | ((character >> 6) & 0x3f));
        out += static_cast<char>(0x80 | (character & 0x3f));
    }
}

std::string from_windows_1252(std::string_view octets)
{
    std::string out;
    out.reserve(octets.size() + octets.size() / 4);
    for (const char octet : octets) {
        const auto c = static_cast<unsigned char>(octet);
        if (c == 0)
            out += octet;
        else
            append_character(out, c >= 0x80 && c < 0xa0 ? windows_1252[c - 0x80] : c);
    }
    return out;
}

std::string with_replacements(std::string_view octets)
{
    std::string out;
    out.reserve(octets.size());
    while (!octets.empty()) {
        const std::size_t length = text::utf8_length(octets);
        out += length == 0 ? replacement : octets.substr(0, length);
        octets.remove_prefix(std::max<std::size_t>(length, 1));
    }
    return out;
}

// "ISO_8859-15:1998*de" -> "iso885915": year and language (RFC 2231 section 5) go.
std::string plain_name(std::string_view charset)
{
    std::string name = text::to_lower(charset.substr(0, charset.find_first_of("*:")));
    std::erase_if(name, [](char c) { return c == '-' || c == '_' || c == '.'; });
    return name;
}

// US-ASCII is unknown: with octets above 0x7f it is a label that says nothing.
enum class Known : std::uint8_t { utf8, windows_1252, by_iconv, unknown };

Known look_up(std::string_view charset, const char*& iconv_name)
{
    static constexpr std::array western = std::to_array<std::string_view>(
        {"iso88591", "windows1252", "cp1252", "latin1", "isolatin1"});
    if (charset.empty() || charset.size() > 40)
        return Known::unknown;
    const std::string name = plain_name(charset);
    if (name == "utf8" || name == "unicode11utf8")
        return Known::utf8;
    if (std::ranges::find(western, name) != western.end())
        return Known::windows_1252;
    const auto found = std::ranges::find(charsets, std::string_view(name),
                                         &std::pair<std::string_view, const char*>::first);
    if (found == charsets.end())
        return Known::unknown;
    iconv_name = found->second;
    return Known::by_iconv;
}

class Converter {
public:
    explicit Converter(const char* from) : handle_(::iconv_open("UTF-8", from)) {}
    ~Converter()
    {
        if (there())
            ::iconv_close(handle_);
    }
    Converter(const Converter&) = delete;
    Converter& operator=(const Converter&) = delete;

    [[nodiscard]] bool there() const
    {
        return handle_ !=
               reinterpret_cast<iconv_t>(-1); // NOLINT(performance-no-int-to-ptr)
    }
    [[nodiscard]] std::string convert(std::string_view octets);

private:
    iconv_t handle_;
};

// Each turn uses octets, or empties the buffer, or is the last.
std::string Converter::convert(std::string_view octets)
{
    std::string out;
    std::array<char, 1024> buffer;
    char* in = const_cast<char*>(octets.data()); // iconv(3) does not write there
    std::size_t left = octets.size();
    bool flushed = false;
    while (!flushed) {
        flushed = left == 0;
        char* to = buffer.data();
        std::size_t room = buffer.size();
        const std::size_t result = ::iconv(handle_, flushed ? nullptr : &in,
                                           flushed ? nullptr : &left, &to, &room);
        const int error = result == static_cast<std::size_t>(-1) ? errno : 0;
        out.append(buffer.data(), buffer.size() - room);
        if (error == 0 || flushed || (error == E2BIG && room < buffer.size()))
            continue;
        out += replacement;
        if (error == EINVAL) // a character that has no end
            left = 0;
        if (left > 0) {
            ++in;
            --left;
        }
    }
    return out;
}

std::string_view without_blanks(std::string_view text)
{
    while (!text.empty() && text::is_white(text.front()))
        text.remove_prefix(1);
    while (!text.empty() && text::is_white(text.back()))
        text.remove_suffix(1);
    return text;
}

} // namespace

std::string to_utf8(std::string_view octets, std::string_view charset)
{
    const char* iconv_name = nullptr;
    switch (look_up(charset, iconv_name)) {
    case Known::utf8:
        return with_replacements(octets);
    case Known::windows_1252:
        return from_windows_1252(octets);
    case Known::by_iconv:
        if (Converter converter(iconv_name); converter.there())
            return converter.convert(octets);
        break;
    case Known::unknown:
        break;
    }
    return text::is_utf8(octets) ? std::string(octets) : from_windows_1252(octets);
}

std::string clean(std::string_view text, std::size_t limit, bool& cut)
{
    return text::plain_text(without_blanks(text), limit, cut);
}

// The C library unloads a table when its last user closes it; these never do.
std::size_t keep_charsets()
{
    static const auto kept = [] {
        std::map<std::string_view, std::unique_ptr<Converter>> converters;
        for (const auto& [name, iconv_name] : charsets)
            if (auto& converter = converters[iconv_name]; !converter)
                converter = std::make_unique<Converter>(iconv_name);
        return converters;
    }();
    const auto missing =
        std::ranges::count_if(kept, [](const auto& one) { return !one.second->there(); });
    return static_cast<std::size_t>(missing);
}

} // namespace mime
