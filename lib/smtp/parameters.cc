// SPDX-License-Identifier: Apache-2.0
#include "smtp/parameters.h"

#include "text/lines.h"
#include "text/words.h"
#include "text/xtext.h"

#include <algorithm>
#include <span>

namespace smtp {

namespace {

using Value = std::optional<std::string_view>;

constexpr std::size_t max_envid = 100;      // RFC 3461 4.4
constexpr std::size_t max_orcpt = 500;      // RFC 3461 4.2
constexpr std::size_t max_auth = 500;       // RFC 4954 3
constexpr std::size_t max_size_digits = 20; // RFC 1870 3

bool is(Value value, std::string_view word)
{
    return value && text::equal_ignoring_case(*value, word);
}

// xtext that stands for bytes which may be shown and passed on.
std::optional<std::string> decoded(std::string_view value)
{
    auto bytes = text::from_xtext(value);
    if (!bytes || text::has_control(*bytes) || !text::is_utf8(*bytes))
        return std::nullopt;
    return bytes;
}

bool take_size(Mail& mail, Value value)
{
    if (!value || value->size() > max_size_digits)
        return false;
    mail.size = text::number_in<std::uint64_t>(*value);
    return mail.size.has_value();
}

bool take_body(Mail& mail, Value value)
{
    if (is(value, "7BIT"))
        mail.body = Body::seven_bit;
    else if (is(value, "8BITMIME"))
        mail.body = Body::eight_bit_mime;
    else if (is(value, "BINARYMIME"))
        mail.body = Body::binary_mime;
    else
        return false;
    return true;
}

bool take_smtputf8(Mail& mail, Value value)
{
    mail.smtputf8 = !value;
    return mail.smtputf8;
}

bool take_ret(Mail& mail, Value value)
{
    if (is(value, "FULL"))
        mail.ret = Ret::full;
    else if (is(value, "HDRS"))
        mail.ret = Ret::headers;
    else
        return false;
    return true;
}

bool take_envid(Mail& mail, Value value)
{
    if (!value || value->empty() || value->size() > max_envid || !decoded(*value))
        return false;
    mail.envid = *value;
    return true;
}

bool take_auth(Mail& mail, Value value)
{
    if (!value || value->empty() || value->size() > max_auth)
        return false;
    mail.auth = *value == "<>" ? std::optional(std::string()) : decoded(*value);
    return mail.auth.has_value();
}

std::uint8_t notify_word(std::string_view word)
{
    if (is(word, "SUCCESS"))
        return notify_success;
    if (is(word, "FAILURE"))
        return notify_failure;
    if (is(word, "DELAY"))
        return notify_delay;
    return 0;
}

bool take_notify(Rcpt& rcpt, Value value)
{
    if (is(value, "NEVER")) {
        rcpt.notify = notify_never;
        return true;
    }
    std::string_view rest = value.value_or("");
    for (;;) {
        const std::size_t comma = rest.find(',');
        const std::uint8_t word = notify_word(rest.substr(0, comma));
        if (word == 0 || (rcpt.notify & word) != 0)
            return false;
        rcpt.notify |= word;
        if (comma == std::string_view::npos)
            return true;
        rest.remove_prefix(comma + 1);
    }
}

bool is_address_type(std::string_view type)
{
    return !type.empty() && std::ranges::all_of(type, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '-';
    });
}

// "rfc822;xtext"; "utf-8;..." may hold UTF-8 as it is (RFC 6533 section 3).
bool take_orcpt(Rcpt& rcpt, Value value, bool smtputf8)
{
    if (!value || value->size() > max_orcpt)
        return false;
    const std::size_t semicolon = value->find(';');
    if (semicolon == std::string_view::npos || semicolon + 1 == value->size())
        return false;
    const std::string_view type = value->substr(0, semicolon);
    const std::string_view address = value->substr(semicolon + 1);
    const bool raw = smtputf8 && is(type, "utf-8") && !text::is_ascii(address);
    if (!is_address_type(type) || (raw ? !text::is_utf8(address) : !decoded(address)))
        return false;
    rcpt.orcpt = *value;
    return true;
}

bool take_ascii_orcpt(Rcpt& rcpt, Value value)
{
    return take_orcpt(rcpt, value, false);
}

bool take_utf8_orcpt(Rcpt& rcpt, Value value)
{
    return take_orcpt(rcpt, value, true);
}

template <class Target>
struct Parameter {
    std::string_view keyword;
    bool (*take)(Target&, Value);
};

constexpr Parameter<Mail> mail_parameters[] = {
    {"SIZE", take_size}, {"BODY", take_body},   {"SMTPUTF8", take_smtputf8},
    {"RET", take_ret},   {"ENVID", take_envid}, {"AUTH", take_auth},
};
constexpr Parameter<Rcpt> rcpt_parameters[] = {{"NOTIFY", take_notify},
                                               {"ORCPT", take_ascii_orcpt}};
constexpr Parameter<Rcpt> utf8_rcpt_parameters[] = {{"NOTIFY", take_notify},
                                                    {"ORCPT", take_utf8_orcpt}};

Reply refusal(int code, std::string_view what, std::string_view keyword)
{
    Reply reply{code, "5.5.4", std::string(what)};
    reply.text += ' ';
    reply.text += text::printable(keyword, 64);
    return reply;
}

template <class Target>
std::optional<Reply> take_one(Target& target, std::span<const Parameter<Target>> known,
                              std::string_view word, unsigned& seen)
{
    const std::size_t equals = word.find('=');
    const std::string_view keyword = word.substr(0, equals);
    const Value value =
        equals == std::string_view::npos ? Value() : Value(word.substr(equals + 1));
    const auto found = std::ranges::find_if(known, [&](const Parameter<Target>& parameter) {
        return text::equal_ignoring_case(parameter.keyword, keyword);
    });
    if (found == known.end())
        return refusal(555, "unknown parameter", keyword);
    const unsigned bit = 1U << static_cast<unsigned>(found - known.begin());
    if ((seen & bit) != 0)
        return refusal(501, "parameter given twice:", keyword);
    seen |= bit;
    if (!found->take(target, value))
        return refusal(501, "bad value of", keyword);
    return std::nullopt;
}

template <class Target>
std::optional<Reply> take_all(Target& target, std::span<const Parameter<Target>> known,
                              std::string_view text)
{
    unsigned seen = 0;
    while (!text.empty()) {
        text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
        const std::string_view word = text.substr(0, text.find(' '));
        text.remove_prefix(word.size());
        if (word.empty())
            return std::nullopt;
        if (auto refused = take_one(target, known, word, seen))
            return refused;
    }
    return std::nullopt;
}

} // namespace

std::optional<Reply> take_parameters(Mail& mail, std::string_view text)
{
    return take_all<Mail>(mail, mail_parameters, text);
}

std::optional<Reply> take_parameters(Rcpt& rcpt, std::string_view text, bool smtputf8)
{
    return smtputf8 ? take_all<Rcpt>(rcpt, utf8_rcpt_parameters, text)
                    : take_all<Rcpt>(rcpt, rcpt_parameters, text);
}

} // namespace smtp
