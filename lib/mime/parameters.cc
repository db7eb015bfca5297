// SPDX-License-Identifier: Apache-2.0
#include "mime/parameters.h"

#include "mime/charset.h"
#include "mime/words.h"
#include "text/base64.h"
#include "text/lines.h"
#include "text/plain.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace mime {

namespace {

// Octets of a value as sent that are decoded: enough for 255 in the most wasteful way.
constexpr std::size_t max_encoded = 4096;

bool is_token(char c)
{
    return c > ' ' && c < 0x7f && !std::string_view("()<>@,;:\\\"/[]?=").contains(c);
}

void skip_comment(std::string_view& text)
{
    std::size_t depth = 0;
    std::size_t at = 0;
    do {
        if (text[at] == '\\')
            ++at;
        else if (text[at] == '(')
            ++depth;
        else if (text[at] == ')')
            --depth;
        ++at;
    } while (depth > 0 && at < text.size());
    text.remove_prefix(std::min(at, text.size()));
}

void skip_blanks(std::string_view& text)
{
    while (!text.empty() && (text::is_blank(text.front()) || text.front() == '(')) {
        if (text.front() == '(')
            skip_comment(text);
        else
            text.remove_prefix(1);
    }
}

std::string_view take_token(std::string_view& text)
{
    skip_blanks(text);
    const auto end = std::ranges::find_if_not(text, is_token);
    const std::string_view token =
        text.substr(0, static_cast<std::size_t>(end - text.begin()));
    text.remove_prefix(token.size());
    skip_blanks(text);
    return token;
}

// To the quote at the end, or to the end of all.  A backslash escapes quotes and
// backslashes only: others stand in paths of Windows.
std::string take_quoted(std::string_view& text)
{
    std::string out;
    std::size_t at = 1;
    for (; at < text.size() && text[at] != '"'; ++at) {
        const bool escapes = text[at] == '\\' && at + 1 < text.size() &&
                             (text[at + 1] == '"' || text[at + 1] == '\\');
        if (escapes)
            ++at;
        out += text[at];
    }
    text.remove_prefix(std::min(at + 1, text.size()));
    return out;
}

// With the blanks within: file names are often not quoted.
std::string take_bare(std::string_view& text)
{
    const std::size_t end = std::min(text.find(';'), text.size());
    const std::string_view value = text::trim(text.substr(0, end));
    text.remove_prefix(end);
    return std::string(value);
}

std::string take_value(std::string_view& text)
{
    skip_blanks(text);
    if (text.starts_with('"'))
        return take_quoted(text);
    return take_bare(text);
}

std::string from_percents(std::string_view value)
{
    std::string out;
    for (std::size_t at = 0; at < value.size(); ++at) {
        const auto octet = value[at] == '%' && at + 2 < value.size()
                               ? text::hex_octet(value[at + 1], value[at + 2])
                               : std::nullopt;
        out += octet.value_or(value[at]);
        at += octet ? 2 : 0;
    }
    return out;
}

// A parameter in all the shapes it may come in.
class Gathered {
public:
    // `suffix`: what stands behind the name: "", "*", "*0", "*0*".
    void add(std::string_view suffix, std::string value);
    [[nodiscard]] bool there() const { return plain_ || single_ || !pieces_.empty(); }
    [[nodiscard]] std::string decoded();
    [[nodiscard]] std::string raw();

private:
    struct Piece {
        unsigned number = 0;
        std::size_t order = 0; // among all that came
        bool encoded = false;
        std::string value;
    };
    static std::string without_charset(std::string_view value, std::string& charset);
    [[nodiscard]] std::string join();

    std::optional<std::string> plain_;
    std::optional<std::string> single_; // "*"
    std::vector<Piece> pieces_;
};

void Gathered::add(std::string_view suffix, std::string value)
{
    if (suffix.empty()) {
        if (!plain_)
            plain_ = std::move(value);
        return;
    }
    suffix.remove_prefix(1);
    if (suffix.empty()) {
        if (!single_)
            single_ = std::move(value);
        return;
    }
    Piece piece;
    const auto [end, error] =
        std::from_chars(suffix.data(), suffix.data() + suffix.size(), piece.number);
    if (error != std::errc{})
        return;
    piece.encoded = end != suffix.data() + suffix.size();
    piece.order = pieces_.size();
    piece.value = std::move(value);
    pieces_.push_back(std::move(piece));
}

// "charset'language'octets"; a charset that is missing leaves `charset` empty.
std::string Gathered::without_charset(std::string_view value, std::string& charset)
{
    const std::size_t first = value.find('\'');
    const std::size_t second =
        first == std::string_view::npos ? first : value.find('\'', first + 1);
    if (second == std::string_view::npos)
        return std::string(value);
    charset = value.substr(0, first);
    return std::string(value.substr(second + 1));
}

std::string Gathered::join()
{
    std::ranges::sort(pieces_, {}, [](const Piece& piece) {
        return std::pair(piece.number, piece.order);
    });
    std::string octets;
    std::string charset;
    bool encoded = false;
    const Piece* before = nullptr;
    for (Piece& piece : pieces_) {
        if (before != nullptr && piece.number == before->number)
            continue;
        before = &piece;
        if (piece.encoded && piece.number == 0)
            piece.value = without_charset(piece.value, charset);
        if (octets.size() > max_encoded)
            break;
        octets += piece.encoded ? from_percents(piece.value) : piece.value;
        encoded |= piece.encoded;
    }
    // Encoded words, cut into continuations: written by nobody who read either RFC.
    octets.resize(std::min(octets.size(), max_encoded));
    return encoded ? to_utf8(octets, charset) : decode_text(octets);
}

std::string Gathered::decoded()
{
    if (!pieces_.empty())
        return join();
    if (single_) {
        std::string charset;
        std::string octets = from_percents(without_charset(*single_, charset));
        octets.resize(std::min(octets.size(), max_encoded));
        return to_utf8(octets, charset);
    }
    return plain_ ? decode_text(plain_->substr(0, max_encoded)) : std::string();
}

// Of a boundary: as it stands, if it is written plainly at all.
std::string Gathered::raw()
{
    return plain_ ? *plain_ : decoded();
}

struct Wanted {
    Gathered filename;
    Gathered name;
    Gathered boundary;
};

// "filename*0*=value", at the front of `text`; whatever it is, up to the next semicolon.
void take_parameter(std::string_view& text, Wanted& wanted)
{
    const std::string_view all = take_token(text);
    if (text.starts_with('=') && !all.empty()) {
        text.remove_prefix(1);
        const std::size_t star = std::min(all.find('*'), all.size());
        const std::string name =
            text::to_lower(all.substr(0, std::min<std::size_t>(star, 9)));
        std::string value = take_value(text);
        if (name == "filename" || name == "name")
            (name == "name" ? wanted.name : wanted.filename)
                .add(all.substr(star), std::move(value));
        else if (name == "boundary")
            wanted.boundary.add(all.substr(star), std::move(value));
    }
    text.remove_prefix(std::min(text.find(';'), text.size()));
}

// The semicolon behind it is often forgotten.
std::string take_first_value(std::string_view& field)
{
    std::string value(take_token(field));
    if (field.starts_with('/')) {
        field.remove_prefix(1);
        value += '/';
        value += take_token(field);
    }
    return text::to_lower(value);
}

} // namespace

Parameterised parse_parameters(std::string_view field)
{
    Parameterised out;
    Wanted wanted;
    out.value = take_first_value(field);
    while (!field.empty()) {
        if (field.starts_with(';'))
            field.remove_prefix(1);
        take_parameter(field, wanted);
    }
    out.boundary = wanted.boundary.raw();
    out.boundary.resize(out.boundary.find_last_not_of(" \t") + 1);
    out.name = (wanted.filename.there() ? wanted.filename : wanted.name).decoded();
    return out;
}

bool is_media_type(std::string_view value)
{
    const std::size_t slash = value.find('/');
    return slash != 0 && slash != std::string_view::npos && slash + 1 < value.size() &&
           std::ranges::all_of(value.substr(0, slash), is_token) &&
           std::ranges::all_of(value.substr(slash + 1), is_token);
}

} // namespace mime
