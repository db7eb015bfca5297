// SPDX-License-Identifier: Apache-2.0
#include "pop3/command.h"

#include "text/lines.h"
#include "text/words.h"

#include <algorithm>
#include <array>

namespace pop3 {

namespace {

struct Name {
    std::string_view text;
    Verb verb;
};

constexpr std::array names{
    Name{"USER", Verb::user},  Name{"PASS", Verb::pass},    Name{"APOP", Verb::apop},
    Name{"AUTH", Verb::auth},  Name{"CAPA", Verb::capa},    Name{"STLS", Verb::stls},
    Name{"UTF8", Verb::utf8},  Name{"LANG", Verb::lang},    Name{"NOOP", Verb::noop},
    Name{"QUIT", Verb::quit},  Name{"STAT", Verb::stat},    Name{"LIST", Verb::list},
    Name{"UIDL", Verb::uidl},  Name{"RETR", Verb::retr},    Name{"TOP", Verb::top},
    Name{"DELE", Verb::dele},  Name{"RSET", Verb::rset},    Name{"XCLIENT", Verb::xclient},
    Name{"GET", Verb::http},   Name{"POST", Verb::http},    Name{"PUT", Verb::http},
    Name{"HEAD", Verb::http},  Name{"CONNECT", Verb::http}, Name{"OPTIONS", Verb::http},
    Name{"HOST:", Verb::http},
};

} // namespace

Command parse_command(std::string_view line)
{
    const std::size_t blank = std::min(line.find(' '), line.size());
    const std::string_view word = line.substr(0, blank);
    Command command;
    command.has_argument = blank < line.size();
    if (command.has_argument)
        command.argument = line.substr(blank + 1);
    const auto known = std::find_if(names.begin(), names.end(), [&](const Name& name) {
        return text::equal_ignoring_case(name.text, word);
    });
    if (known != names.end())
        command.verb = known->verb;
    return command;
}

std::string_view name_of(Verb verb)
{
    if (verb == Verb::other || verb == Verb::http)
        return "?";
    const auto known = std::find_if(names.begin(), names.end(),
                                    [&](const Name& name) { return name.verb == verb; });
    return known->text;
}

Numbers numbers_of(const Command& command)
{
    const std::string_view argument = text::trim(command.argument);
    const std::size_t blank = std::min(argument.find(' '), argument.size());
    Numbers numbers;
    numbers.message = text::number_in<std::uint32_t>(argument.substr(0, blank)).value_or(0);
    if (blank < argument.size())
        numbers.lines = text::number_in<std::uint32_t>(text::trim(argument.substr(blank)));
    return numbers;
}

} // namespace pop3
