// SPDX-License-Identifier: Apache-2.0
// smtp/client_capabilities.cc - one keyword a line; see client_capabilities.h.
#include "smtp/client_capabilities.h"

#include "text/words.h"

#include <algorithm>

namespace smtp {

namespace {

std::string upper(std::string_view text)
{
    std::string out(text);
    for (char& c : out)
        if (c >= 'a' && c <= 'z')
            c = static_cast<char>(c - 'a' + 'A');
    return out;
}

std::vector<std::string> words_of(std::string_view line)
{
    constexpr std::size_t most = 64; // words in one line; more are of no use to us
    std::vector<std::string> words;
    while (!line.empty() && words.size() < most) {
        const std::size_t end = std::min(line.find(' '), line.size());
        if (end > 0)
            words.push_back(upper(line.substr(0, end)));
        line.remove_prefix(std::min(end + 1, line.size()));
    }
    return words;
}

// 0 for what is no number: then it says nothing.
std::uint64_t number(std::string_view text)
{
    return text::number_in<std::uint64_t>(text).value_or(0);
}

std::vector<std::string> parameters(const std::vector<std::string>& words)
{
    return {words.begin() + 1, words.end()};
}

void read_limits(const std::vector<std::string>& words, Capabilities& out)
{
    constexpr std::uint64_t most = 0xffffffff;
    for (const std::string& word : words) {
        const std::string_view view = word;
        if (view.starts_with("RCPTMAX="))
            out.rcpt_max =
                static_cast<std::uint32_t>(std::min(number(view.substr(8)), most));
        if (view.starts_with("MAILMAX="))
            out.mail_max =
                static_cast<std::uint32_t>(std::min(number(view.substr(8)), most));
    }
}

struct Flag {
    std::string_view keyword;
    bool Capabilities::* member;
};

constexpr Flag flags[] = {
    {"PIPELINING", &Capabilities::pipelining},
    {"8BITMIME", &Capabilities::eight_bit_mime},
    {"SMTPUTF8", &Capabilities::smtputf8},
    {"DSN", &Capabilities::dsn},
    {"CHUNKING", &Capabilities::chunking},
    {"BINARYMIME", &Capabilities::binary_mime},
    {"STARTTLS", &Capabilities::starttls},
    {"ENHANCEDSTATUSCODES", &Capabilities::enhanced_codes},
    {"SIZE", &Capabilities::has_size},
};

void read_line(std::string_view line, Capabilities& out)
{
    const std::vector<std::string> words = words_of(line);
    if (words.empty())
        return;
    const std::string& keyword = words.front();
    for (const Flag& flag : flags)
        if (keyword == flag.keyword)
            out.*flag.member = true;
    if (keyword == "SIZE" && words.size() > 1)
        out.size = number(words[1]);
    else if (keyword == "AUTH")
        out.auth = parameters(words);
    else if (keyword.starts_with("AUTH=")) // as some old servers say it
        out.auth.push_back(keyword.substr(5));
    else if (keyword == "XCLIENT")
        out.xclient = parameters(words);
    else if (keyword == "XFORWARD")
        out.xforward = parameters(words);
    else if (keyword == "LIMITS")
        read_limits(words, out);
}

} // namespace

bool Capabilities::offers_auth(std::string_view mechanism) const
{
    return std::find(auth.begin(), auth.end(), mechanism) != auth.end();
}

Capabilities parse_capabilities(const PeerReply& ehlo)
{
    Capabilities out;
    for (std::size_t i = 1; i < ehlo.lines.size(); ++i) // the first line greets
        read_line(ehlo.lines[i], out);
    return out;
}

} // namespace smtp
