// SPDX-License-Identifier: Apache-2.0
#include "spool/replay_plan.h"

#include "spool/sum.h"
#include "text/words.h"

#include <fmt/format.h>

#include <iterator>

namespace spool {

namespace {

constexpr std::string_view first_line = "sponts-replay 1 plan";

template <class Number>
bool read_number(std::string_view text, Number& value)
{
    const auto number = text::number_in<Number>(text);
    value = number.value_or(0);
    return number.has_value();
}

bool read_message(std::string_view line, ReplayPlan& plan)
{
    const auto id = MessageId::parse(text::take_word(line));
    const auto where = MessageId::parse(text::take_word(line));
    std::uint64_t size = 0;
    if (!id || !where || !read_number(line, size))
        return false;
    plan.items.push_back({*id, where->first_written(), size, {}});
    return true;
}

bool read_recipient(std::string_view line, ReplayPlan& plan)
{
    ReplayRecipient recipient;
    if (plan.items.empty() || !read_number(text::take_word(line), recipient.original) ||
        line.size() < 2 || line.front() != '<' || line.back() != '>')
        return false;
    recipient.address = line.substr(1, line.size() - 2);
    plan.items.back().recipients.push_back(std::move(recipient));
    return true;
}

bool read_owner(std::string_view line, ReplayPlan& plan)
{
    ReplayOwner owner;
    if (plan.owner || !read_number(text::take_word(line), owner.uid) || line.empty())
        return false;
    owner.name = line;
    plan.owner = std::move(owner);
    return true;
}

bool read_route(std::string_view line, ReplayPlan& plan)
{
    plan.route = line;
    return !line.empty();
}

bool read_again(std::string_view line, ReplayPlan& plan)
{
    plan.again = true;
    return line.empty();
}

bool read_line(std::string_view line, ReplayPlan& plan)
{
    const std::string_view word = text::take_word(line);
    if (word == "message")
        return read_message(line, plan);
    if (word == "to")
        return read_recipient(line, plan);
    if (word == "made")
        return read_number(line, plan.made);
    if (word == "owner")
        return read_owner(line, plan);
    if (word == "route")
        return read_route(line, plan);
    if (word == "again")
        return read_again(line, plan);
    return word == "rate" && read_number(line, plan.rate);
}

} // namespace

std::string encode(const ReplayPlan& plan)
{
    std::string text =
        fmt::format("{}\nmade {}\nrate {}\n", first_line, plan.made, plan.rate);
    auto out = std::back_inserter(text);
    if (plan.owner)
        fmt::format_to(out, "owner {} {}\n", plan.owner->uid, plan.owner->name);
    if (!plan.route.empty())
        fmt::format_to(out, "route {}\n", plan.route);
    if (plan.again)
        text += "again\n";
    for (const ReplayItem& item : plan.items) {
        fmt::format_to(out, "message {} {} {}\n", item.id.text(),
                       MessageId(item.where).text(), item.size);
        for (const ReplayRecipient& to : item.recipients)
            fmt::format_to(out, "to {} <{}>\n", to.original, to.address);
    }
    fmt::format_to(out, "end {} {:016x}\n", plan.items.size(), sum_of(text));
    return text;
}

std::expected<ReplayPlan, std::string> decode_plan(std::string_view text)
{
    const std::size_t last = text.rfind("\nend ");
    if (!text.starts_with(first_line) || last == text.npos)
        return std::unexpected("it is no whole plan of version 1");
    ReplayPlan plan;
    const std::string_view lines = text.substr(0, last + 1);
    for (std::size_t at = first_line.size() + 1; at < lines.size();) {
        const std::size_t end = lines.find('\n', at);
        if (!read_line(lines.substr(at, end - at), plan))
            return std::unexpected(
                fmt::format("not understood: {}", lines.substr(at, end - at)));
        at = end + 1;
    }
    if (text.substr(last + 1) !=
        fmt::format("end {} {:016x}\n", plan.items.size(), sum_of(lines)))
        return std::unexpected("its sum is another");
    return plan;
}

} // namespace spool
