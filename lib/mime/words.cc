// SPDX-License-Identifier: Apache-2.0
#include "mime/words.h"

#include "mime/charset.h"
#include "mime/content.h"
#include "text/base64.h"
#include "text/lines.h"

#include <algorithm>
#include <optional>

namespace mime {

namespace {

constexpr std::size_t max_charset = 60; // with its language

struct Word {
    std::string_view charset;
    bool base64 = false;
    std::string_view payload;
    std::size_t size = 0; // of all of it
};

// The word that `text` begins with; `text` begins with "=?".  Looks no further than it must
// for a word that is none, so that all of them together cost one pass; `may_end`: whether
// there is a "?=" at all behind this place.
std::optional<Word> word_at(std::string_view text, std::size_t last_end)
{
    const std::size_t mark = text.substr(0, max_charset + 3).find('?', 2);
    if (mark == std::string_view::npos || text.size() < mark + 3 || text[mark + 2] != '?')
        return std::nullopt;
    const char encoding = text[mark + 1];
    const std::size_t begin = mark + 3;
    if (std::string_view("BbQq").find(encoding) == std::string_view::npos ||
        begin > last_end)
        return std::nullopt;
    const std::string_view charset = text.substr(2, mark - 2);
    if (charset.find_first_of(" \t") != std::string_view::npos)
        return std::nullopt;
    const std::size_t end = text.find("?=", begin);
    return Word{charset, encoding == 'B' || encoding == 'b',
                text.substr(begin, end - begin), end + 2};
}

// RFC 2047 section 4.2: as quoted-printable, but "_" is a blank.
void append_q(std::string& out, std::string_view payload)
{
    for (std::size_t at = 0; at < payload.size(); ++at) {
        const char c = payload[at];
        const auto octet = c == '=' && at + 2 < payload.size()
                               ? text::hex_octet(payload[at + 1], payload[at + 2])
                               : std::nullopt;
        if (octet) {
            out += *octet;
            at += 2;
        } else {
            out += c == '_' ? ' ' : c;
        }
    }
}

void append_b(std::string& out, std::string_view payload)
{
    Content content(Encoding::base64, payload.size());
    content.take(payload);
    content.finish();
    out += content.front();
}

class Decoder {
public:
    explicit Decoder(std::string_view text) : text_(text) {}
    std::string decode();

private:
    void take_literal(std::string_view literal);
    void take_word(const Word& word);
    void convert();
    void end_run();

    std::string_view text_;
    std::string out_;
    // A run: words with nothing but blanks between them.
    bool in_run_ = false;
    std::string run_;          // what is UTF-8 already
    std::string octets_;       // what came last, of one charset
    std::string_view charset_; // of octets_
};

std::string Decoder::decode()
{
    const std::size_t last_end = text_.rfind("?=");
    std::size_t at = 0;
    while (at < text_.size()) {
        const std::size_t next = std::min(text_.find("=?", at), text_.size());
        const std::string_view before = text_.substr(at, next - at);
        const bool may_be = last_end != std::string_view::npos && next < last_end;
        const auto word =
            may_be ? word_at(text_.substr(next), last_end - next) : std::nullopt;
        if (!word) {
            take_literal(text_.substr(at, next + 2 - at));
            at = next + 2;
            continue;
        }
        // RFC 2047 section 6.2: blanks between two words are not shown.
        if (!in_run_ || before.find_first_not_of(" \t") != std::string_view::npos)
            take_literal(before);
        take_word(*word);
        at = next + word->size;
    }
    end_run();
    return std::move(out_);
}

void Decoder::take_literal(std::string_view literal)
{
    end_run();
    out_ += to_utf8(literal);
}

void Decoder::take_word(const Word& word)
{
    if (!text::equal_ignoring_case(charset_, word.charset))
        convert();
    charset_ = word.charset;
    in_run_ = true;
    if (word.base64)
        append_b(octets_, word.payload);
    else
        append_q(octets_, word.payload);
}

void Decoder::convert()
{
    if (octets_.empty())
        return;
    run_ += to_utf8(octets_, charset_);
    octets_.clear();
}

void Decoder::end_run()
{
    if (!in_run_)
        return;
    convert();
    in_run_ = false;
    out_ += run_;
    run_.clear();
}

} // namespace

std::string decode_text(std::string_view field)
{
    return Decoder(field).decode();
}

} // namespace mime
