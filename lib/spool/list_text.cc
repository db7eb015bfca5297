// SPDX-License-Identifier: Apache-2.0
#include "spool/list_text.h"

#include "spool/format.h"
#include "spool/sum.h"
#include "text/words.h"

#include <fmt/format.h>

#include <iterator>
#include <unordered_set>

namespace spool {

namespace {

constexpr std::string_view name = "sponts-list";
constexpr std::string_view version = "1";
constexpr std::size_t digits = 20;     // of the largest number
constexpr std::size_t sum_digits = 16; // hexadecimal
constexpr std::size_t longest_line = pop3::longest_unique_id + 1 + digits + 1;
constexpr std::size_t longest_head = name.size() + version.size() + digits + sum_digits + 4;

std::string_view take_line(std::string_view& text)
{
    const std::size_t end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end == text.npos ? text.size() : end + 1);
    return line;
}

// The time of a head whose sum is that of `body`.
std::optional<std::int64_t> parse_head(std::string_view head, std::string_view body)
{
    if (text::take_word(head) != name || text::take_word(head) != version)
        return std::nullopt;
    const auto time = text::number_in<std::int64_t>(text::take_word(head));
    if (!time || head.size() != sum_digits || get_hex(head) != sum_of(body))
        return std::nullopt;
    return time;
}

std::optional<pop3::Listed> parse_line(std::string_view line)
{
    const std::string_view id = text::take_word(line);
    const auto octets = text::number_in<std::uint64_t>(line);
    if (!pop3::is_unique_id(id) || !octets)
        return std::nullopt;
    return pop3::Listed{std::string(id), *octets};
}

} // namespace

std::size_t longest_list_text(std::size_t messages)
{
    return longest_head + messages * longest_line;
}

std::string list_text(const KeptList& list)
{
    std::string body;
    for (const pop3::Listed& mail : list.mails)
        fmt::format_to(std::back_inserter(body), "{} {}\n", mail.unique_id, mail.octets);
    return fmt::format("{} {} {} {:016x}\n{}", name, version, list.time, sum_of(body),
                       body);
}

std::optional<KeptList> parse_list_text(std::string_view text)
{
    const std::string_view head = take_line(text);
    const auto time = parse_head(head, text);
    if (!time)
        return std::nullopt;
    KeptList list{.mails = {}, .time = *time};
    std::unordered_set<std::string_view> ids;
    while (!text.empty()) {
        const std::string_view line = take_line(text);
        auto mail = parse_line(line);
        if (!mail || !ids.insert(line.substr(0, line.find(' '))).second)
            return std::nullopt;
        list.mails.push_back(std::move(*mail));
    }
    return list;
}

} // namespace spool
