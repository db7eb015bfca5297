// SPDX-License-Identifier: Apache-2.0
// audit/anchor.cc - see the header.
#include "audit/anchor.h"

#include "audit/escape.h"
#include "text/base64.h"

#include <algorithm>

namespace audit {

namespace {

constexpr std::string_view beginning = "sponts-audit 1 anchor ";

} // namespace

std::string to_text(const Head& head)
{
    return std::to_string(head.number) + ':' + seal::hex(head.chain);
}

std::optional<Head> parse_head(std::string_view text)
{
    const std::string_view whole = text;
    const auto number = number_of(take_until(text, ':'));
    const auto digest = text::from_hex(text);
    Head head;
    if (!number || !digest || digest->size() != head.chain.size())
        return {};
    head.number = *number;
    std::ranges::copy(*digest, reinterpret_cast<char*>(head.chain.data()));
    if (to_text(head) != whole)
        return {};
    return head;
}

std::string encode_anchor(const Heads& heads)
{
    std::string text(beginning);
    text += to_text(heads.log) + ' ' + to_text(heads.grants) + ' ';
    text += seal::hex(seal::sha256(text));
    text.resize(anchor_size - 1, ' ');
    return text + '\n';
}

std::expected<Heads, std::string> parse_anchor(std::string_view text)
{
    const auto refuse = [](const char* why) { return std::unexpected<std::string>(why); };
    if (text.size() != anchor_size || !text.starts_with(beginning))
        return refuse("not an anchor");
    std::string_view rest = text.substr(beginning.size());
    const auto log = parse_head(take_until(rest, ' '));
    const auto grants = parse_head(take_until(rest, ' '));
    if (!log || !grants)
        return refuse("damaged");
    const Heads heads{*log, *grants};
    if (encode_anchor(heads) != text)
        return refuse("damaged");
    return heads;
}

} // namespace audit
