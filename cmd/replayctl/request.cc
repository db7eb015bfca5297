// SPDX-License-Identifier: Apache-2.0
#include "request.h"

#include "base/failure.h"
#include "spool/id.h"
#include "spool/replay_run.h"
#include "text/words.h"

#include <fmt/format.h>

#include <algorithm>
#include <span>

namespace replayctl {

namespace {

constexpr std::string_view head = "sponts-replay 1 ";
constexpr std::string_view end_of_options = "--";

enum class Operands : std::uint8_t { none, ids, run };

struct Allowed {
    std::string_view command;
    Operands operands;
    std::span<const std::string_view> flags;
    std::span<const std::string_view> values;
};

constexpr std::string_view none[] = {""};
constexpr std::string_view json[] = {"json"};
constexpr std::string_view of_list[] = {"json", "ids"};
constexpr std::string_view of_plan[] = {"json", "dry-run", "all", "again"};
constexpr std::string_view of_resend[] = {"dry-run", "all", "again"};
constexpr std::string_view of_apply[] = {"again"};
constexpr std::string_view criteria[] = {"sender", "rcpt", "since", "until", "on"};
constexpr std::string_view wishes[] = {"sender", "rcpt", "since", "until", "on", "rate"};

constexpr Allowed all_allowed[] = {
    {"list", Operands::ids, of_list, criteria},   {"plan", Operands::ids, of_plan, wishes},
    {"resend", Operands::ids, of_resend, wishes}, {"apply", Operands::run, of_apply, none},
    {"runs", Operands::none, json, none},         {"status", Operands::run, json, none},
    {"stop", Operands::run, none, none},          {"forget", Operands::run, none, none},
};

bool has(std::span<const std::string_view> names, std::string_view name)
{
    return std::ranges::find(names, name) != names.end();
}

bool is_plain(std::string_view word)
{
    return std::ranges::none_of(word,
                                [](unsigned char c) { return c < 0x20 || c == 0x7f; });
}

// "--json" or "--rcpt=bob@example.org"; false: it is no option, or not the first of its
// name.
bool take_option(std::string_view word, conf::Call& call)
{
    if (!word.starts_with(end_of_options) || call.options.size() == most_options)
        return false;
    word.remove_prefix(end_of_options.size());
    const std::size_t equals = word.find('=');
    const bool has_value = equals != word.npos;
    if (has_value && equals + 1 == word.size())
        return false; // as on the command line
    std::string name(word.substr(0, equals));
    std::string value(has_value ? word.substr(equals + 1) : std::string_view());
    return !name.empty() && call.options.emplace(std::move(name), std::move(value)).second;
}

class Words {
public:
    explicit Words(std::string_view text) : text_(text) {}

    // Nothing: there are no more, or what comes is no word.
    std::optional<std::string_view> next()
    {
        const std::size_t end = text_.find('\0', at_);
        if (end == text_.npos || end - at_ > most_word)
            return std::nullopt;
        const std::string_view word = text_.substr(at_, end - at_);
        if (!is_plain(word))
            return std::nullopt;
        at_ = end + 1;
        return word;
    }
    [[nodiscard]] bool done() const { return at_ == text_.size(); }

private:
    std::string_view text_;
    std::size_t at_ = 0;
};

bool are_good(Operands wanted, const std::vector<std::string>& words)
{
    if (wanted == Operands::none)
        return words.empty();
    if (wanted == Operands::run)
        return words.size() == 1 && spool::is_replay_name(words.front());
    return std::ranges::all_of(words, [](const std::string& word) {
        return spool::MessageId::parse(word).has_value();
    });
}

[[noreturn]] void refuse(const std::string& what)
{
    throw base::Failure(base::Remedy::get_permission,
                        what + ": only for the owner of the spool and root");
}

} // namespace

std::string encode(const Request& request)
{
    std::string words = request.command + '\0';
    for (const auto& [name, value] : request.call.options)
        words += fmt::format("--{}{}{}", name, value.empty() ? "" : "=", value) + '\0';
    words += std::string(end_of_options) + '\0';
    for (const std::string& operand : request.call.operands)
        words += operand + '\0';
    return fmt::format("{}{}\n", head, words.size()) + words;
}

std::optional<std::size_t> length_in(std::string_view line)
{
    if (!line.starts_with(head))
        return std::nullopt;
    const auto length = text::number_in<std::size_t>(line.substr(head.size()));
    return length && *length <= most_request ? length : std::nullopt;
}

std::expected<Request, std::string> decode_request(std::string_view text)
{
    const std::unexpected<std::string> nonsense("the request is not understood");
    Request request;
    request.call.config.clear();
    Words words(text);
    const auto command = words.next();
    if (!command || command->empty())
        return nonsense;
    request.command = *command;
    for (;;) {
        const auto word = words.next();
        if (word == end_of_options)
            break;
        if (!word || !take_option(*word, request.call))
            return nonsense;
    }
    while (!words.done()) {
        const auto word = words.next();
        if (!word)
            return nonsense;
        request.call.operands.emplace_back(*word);
    }
    return request;
}

void require_allowed(const Request& request)
{
    const auto* const found =
        std::ranges::find(all_allowed, request.command, &Allowed::command);
    if (found == std::end(all_allowed))
        refuse(request.command);
    for (const auto& [name, value] : request.call.options)
        if (!has(value.empty() ? found->flags : found->values, name))
            refuse(request.command + " --" + name);
    if (!are_good(found->operands, request.call.operands))
        throw base::Failure(base::Remedy::fix_arguments,
                            request.command + ": such operands are not understood");
}

} // namespace replayctl
