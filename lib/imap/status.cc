// SPDX-License-Identifier: Apache-2.0
#include "imap/status.h"

#include "text/lines.h"
#include "text/words.h"

#include <algorithm>
#include <array>

namespace imap {

namespace {

struct Word {
    std::string_view text;
    Condition condition;
};
constexpr std::array words{Word{"OK", Condition::ok}, Word{"NO", Condition::no},
                           Word{"BAD", Condition::bad}, Word{"BYE", Condition::bye},
                           Word{"PREAUTH", Condition::preauth}};

Condition condition_of(std::string_view word)
{
    for (const Word& known : words)
        if (text::equal_ignoring_case(known.text, word))
            return known.condition;
    return Condition::none;
}

void split_code(Response& response, bool whole)
{
    if (!response.text.starts_with('['))
        return;
    const std::size_t end = std::min(response.text.find(']'), response.text.size());
    if (end == response.text.size() && whole)
        return;
    response.code_text = response.text.substr(1, end - 1);
    response.code = text::take_word(response.code_text);
    response.text.remove_prefix(std::min(end + 1, response.text.size()));
    if (response.text.starts_with(' '))
        response.text.remove_prefix(1);
}

bool is_tag(std::string_view word)
{
    return !word.empty() && !text::has_control(word) &&
           word.find_first_of("(){%*\"\\+") == std::string_view::npos;
}

} // namespace

bool Response::has_code(std::string_view name) const
{
    return text::equal_ignoring_case(code, name);
}

bool Response::data(std::string_view name, std::string_view& rest) const
{
    rest = text;
    return untagged() && condition == Condition::none &&
           text::equal_ignoring_case(text::take_word(rest), name);
}

namespace {

Response parse(std::string_view line, bool whole)
{
    Response response;
    std::string_view rest = line;
    response.tag = text::take_word(rest);
    response.text = rest;
    if (response.continuation())
        return response;
    response.condition = condition_of(text::take_word(rest));
    const bool tagged = !response.untagged();
    const bool sound = tagged ? is_tag(response.tag) &&
                                    response.condition != Condition::none &&
                                    response.condition != Condition::bye &&
                                    response.condition != Condition::preauth
                              : !response.text.empty();
    if (!sound)
        return {.tag = {},
                .condition = Condition::none,
                .code = {},
                .code_text = {},
                .text = line};
    if (response.condition == Condition::none)
        return response;
    response.text = rest;
    split_code(response, whole);
    return response;
}

} // namespace

Response parse_response(std::string_view line)
{
    return parse(line, true);
}

Response parse_beginning(std::string_view line)
{
    return parse(line, false);
}

Refusal refusal_of(const Response& response)
{
    for (const std::string_view code : {"UNAVAILABLE", "SERVERBUG", "CONTACTADMIN"})
        if (response.has_code(code))
            return Refusal::temporary;
    if (response.has_code("INUSE") || response.has_code("LIMIT"))
        return Refusal::in_use;
    if (response.has_code("PRIVACYREQUIRED"))
        return Refusal::privacy;
    return Refusal::credentials;
}

std::string say(std::string_view tag, std::string_view condition, std::string_view code,
                std::string_view text)
{
    std::string line(tag);
    line.append(" ").append(condition).append(" ");
    if (!code.empty())
        line.append("[").append(code).append("] ");
    return line.append(text).append("\r\n");
}

} // namespace imap
