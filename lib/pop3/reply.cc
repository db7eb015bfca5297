// SPDX-License-Identifier: Apache-2.0
#include "pop3/reply.h"

#include "text/lines.h"

#include <algorithm>

namespace pop3 {

namespace {

// "[CODE] text" taken apart; no code where no bracket closes.
void split_code(Reply& reply)
{
    if (!reply.text.starts_with('['))
        return;
    const std::size_t end = reply.text.find(']');
    if (end == std::string_view::npos)
        return;
    reply.code = reply.text.substr(1, end - 1);
    reply.text.remove_prefix(end + 1);
    if (reply.text.starts_with(' '))
        reply.text.remove_prefix(1);
}

bool begins_with_word(std::string_view line, std::string_view word)
{
    return line.starts_with(word) &&
           (line.size() == word.size() || line[word.size()] == ' ');
}

} // namespace

Reply parse_reply(std::string_view line)
{
    constexpr std::string_view positive = "+OK";
    constexpr std::string_view negative = "-ERR";
    Reply reply;
    std::size_t prefix = 0;
    if (begins_with_word(line, positive)) {
        reply.indicator = Indicator::ok;
        prefix = positive.size();
    } else if (begins_with_word(line, negative)) {
        reply.indicator = Indicator::error;
        prefix = negative.size();
    } else if (begins_with_word(line, "+")) {
        reply.indicator = Indicator::challenge;
        prefix = 1;
    } else {
        return reply;
    }
    reply.text = line.substr(std::min(prefix + 1, line.size()));
    if (reply.indicator != Indicator::challenge)
        split_code(reply);
    return reply;
}

Refusal refusal_of(const Reply& reply)
{
    if (text::equal_ignoring_case(reply.code, "IN-USE"))
        return Refusal::in_use;
    if (text::equal_ignoring_case(reply.code, "LOGIN-DELAY"))
        return Refusal::login_delay;
    if (text::equal_ignoring_case(reply.code, "SYS/TEMP"))
        return Refusal::temporary;
    if (text::equal_ignoring_case(reply.code, "SYS/PERM"))
        return Refusal::permanent;
    return Refusal::credentials;
}

std::string_view timestamp_of(std::string_view greeting)
{
    const std::size_t begin = greeting.find('<');
    const std::size_t end = greeting.find('>', std::min(begin, greeting.size()));
    if (begin == std::string_view::npos || end == std::string_view::npos)
        return {};
    const std::string_view timestamp = greeting.substr(begin, end - begin + 1);
    const bool is_message_id = timestamp.contains('@') && !timestamp.contains(' ');
    return is_message_id ? timestamp : std::string_view{};
}

std::string ok(std::string_view text)
{
    return "+OK " + std::string(text) + "\r\n";
}

std::string error(std::string_view code, std::string_view text)
{
    std::string line = "-ERR ";
    if (!code.empty())
        line += "[" + std::string(code) + "] ";
    return line.append(text) + "\r\n";
}

} // namespace pop3
