// SPDX-License-Identifier: Apache-2.0
#include "pop3/transaction.h"

#include "pop3/reply.h"
#include "text/lines.h"

#include <fmt/format.h>

#include <iterator>
#include <utility>

namespace pop3 {

namespace {

constexpr std::string_view no_such_message = "no such message";
constexpr std::string_view is_elsewhere = "this message is on the server that is down now";

} // namespace

Transaction::Transaction(std::vector<Drop> drops)
    : drops_(std::move(drops)), deleted_(drops_.size())
{
}

std::string Transaction::capabilities()
{
    return "+OK\r\nTOP\r\nUIDL\r\nUSER\r\nRESP-CODES\r\nAUTH-RESP-CODE\r\nPIPELINING\r\n"
           "IMPLEMENTATION sponts\r\n.\r\n";
}

Answer Transaction::judge(std::string_view line)
{
    if (line.size() > longest_line || text::has_control(line))
        return malformed();
    return dispatch(parse_command(line));
}

Answer Transaction::dispatch(const Command& command)
{
    switch (command.verb) {
    case Verb::stat:
        return stat();
    case Verb::list:
        return list(command);
    case Verb::uidl:
        return uidl(command);
    case Verb::retr:
        return retr(command);
    case Verb::top:
        return top(command);
    case Verb::dele:
        return dele(command);
    case Verb::rset:
        return rset();
    case Verb::noop:
        return {.reply = ok("nothing done")};
    case Verb::capa:
        return {.reply = capabilities()};
    case Verb::quit:
        return {.reply = {}, .then = Answer::Then::update};
    case Verb::user:
    case Verb::pass:
    case Verb::apop:
    case Verb::auth:
    case Verb::stls:
    case Verb::utf8:
    case Verb::lang:
    case Verb::xclient:
        return refuse("you are logged in already");
    case Verb::http:
    case Verb::other:
        break;
    }
    return refuse("unknown command");
}

std::optional<std::size_t> Transaction::named(const Numbers& numbers) const
{
    if (numbers.message == 0 || numbers.message > drops_.size() ||
        deleted_[numbers.message - 1])
        return std::nullopt;
    return numbers.message - 1;
}

Answer Transaction::stat() const
{
    std::size_t count = 0;
    std::uint64_t octets = 0;
    for (std::size_t i = 0; i < drops_.size(); ++i) {
        if (deleted_[i])
            continue;
        ++count;
        octets += drops_[i].octets;
    }
    return {.reply = ok(fmt::format("{} {}", count, octets))};
}

// LIST and UIDL: of one message, or of all that are not deleted.
template <class Line>
Answer Transaction::tell(const Command& command, std::string_view what, Line line)
{
    if (!text::trim(command.argument).empty()) {
        const auto one = named(numbers_of(command));
        if (!one)
            return refuse(no_such_message);
        return {.reply = ok(line(*one))};
    }
    std::string reply = ok(what);
    for (std::size_t i = 0; i < drops_.size(); ++i)
        if (!deleted_[i])
            reply.append(line(i)).append("\r\n");
    return {.reply = reply + ".\r\n"};
}

Answer Transaction::list(const Command& command)
{
    return tell(command, "sizes follow", [this](std::size_t i) {
        return fmt::format("{} {}", i + 1, drops_[i].octets);
    });
}

Answer Transaction::uidl(const Command& command)
{
    return tell(command, "unique ids follow", [this](std::size_t i) {
        return fmt::format("{} {}", i + 1, drops_[i].uid);
    });
}

std::expected<std::size_t, Answer> Transaction::to_be_had(const Numbers& numbers)
{
    const auto one = named(numbers);
    if (!one)
        return std::unexpected(refuse(no_such_message));
    if (drops_[*one].elsewhere)
        return std::unexpected(Answer{.reply = error("SYS/TEMP", is_elsewhere)});
    return *one;
}

Answer Transaction::retr(const Command& command)
{
    auto one = to_be_had(numbers_of(command));
    if (!one)
        return std::move(one.error());
    return {.reply = ok(fmt::format("{} octets", drops_[*one].octets)),
            .then = Answer::Then::send,
            .message = *one};
}

Answer Transaction::top(const Command& command)
{
    const Numbers numbers = numbers_of(command);
    auto one = to_be_had(numbers);
    if (!one)
        return std::move(one.error());
    if (!numbers.lines)
        return refuse("syntax: TOP message lines");
    return {.reply = ok("top follows"),
            .then = Answer::Then::send,
            .message = *one,
            .lines = numbers.lines};
}

Answer Transaction::dele(const Command& command)
{
    auto one = to_be_had(numbers_of(command));
    if (!one)
        return std::move(one.error());
    deleted_[*one] = true;
    return {.reply = ok("marked")};
}

Answer Transaction::rset()
{
    deleted_.assign(drops_.size(), false);
    return {.reply = ok("nothing is marked")};
}

Answer Transaction::refuse(std::string_view why)
{
    if (++errors_ >= most_errors)
        return {.reply = error("", "too many errors"), .then = Answer::Then::hang_up};
    return {.reply = error("", why)};
}

std::vector<std::size_t> Transaction::marked() const
{
    std::vector<std::size_t> marked;
    for (std::size_t i = 0; i < deleted_.size(); ++i)
        if (deleted_[i])
            marked.push_back(i);
    return marked;
}

} // namespace pop3
