// SPDX-License-Identifier: Apache-2.0
#include "journal/refusal_words.h"

#include "smtp/reply_parser.h"

#include <algorithm>
#include <utility>

namespace journal {

namespace {

bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

std::string_view first_word(std::string_view text)
{
    return text.substr(0, text.find(' '));
}

std::string_view behind(std::string_view text, std::string_view word)
{
    text.remove_prefix(std::min(text.size(), word.size() + 1));
    return text;
}

// The class of the status says whether for now or for ever, and is left out.
constexpr std::pair<std::string_view, std::string_view> words[] = {
    {"1.1", "unknown-recipient"},   {"1.2", "unknown-domain"},
    {"1.3", "bad-address"},         {"1.7", "bad-sender"},
    {"1.8", "bad-sender"},          {"2.2", "mailbox-full"},
    {"3.0", "unavailable"},         {"3.1", "no-room"},
    {"3.4", "too-large"},           {"4.6", "loop"},
    {"5.3", "too-many-recipients"}, {"5.2", "malformed"},
    {"6.0", "malformed"},           {"7.0", "policy"},
    {"7.1", "not-permitted"},       {"7.8", "wrong-password"},
    {"7.10", "tls-required"},
};

} // namespace

ReplyParts parts_of(std::string_view reply)
{
    ReplyParts parts{0, {}, reply};
    const std::string_view code = first_word(reply);
    if (code.size() != 3 || !std::ranges::all_of(code, is_digit))
        return parts;
    parts.code = (code[0] - '0') * 100 + (code[1] - '0') * 10 + (code[2] - '0');
    parts.text = behind(reply, code);
    if (smtp::parse_enhanced_status(parts.text).kind != 0) {
        parts.enhanced = first_word(parts.text);
        parts.text = behind(parts.text, parts.enhanced);
    }
    return parts;
}

std::string_view word_for(std::string_view enhanced, std::string_view otherwise)
{
    if (enhanced.size() < 2)
        return otherwise;
    const auto found = std::ranges::find(
        words, enhanced.substr(2), &std::pair<std::string_view, std::string_view>::first);
    return found == std::end(words) ? otherwise : found->second;
}

} // namespace journal
