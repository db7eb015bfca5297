// SPDX-License-Identifier: Apache-2.0
// What is in a plan, for people and for programs.
#include "plan.h"
#include "text/json.h"
#include "text/lines.h"
#include "text/visible.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <tuple>

namespace replayctl {

namespace {

constexpr std::size_t most_shown = 10;

using Counts = std::vector<std::pair<std::string, std::uint64_t>>;

// Most first.
Counts addresses_of(const spool::ReplayPlan& plan)
{
    std::map<std::string, std::uint64_t> counts;
    for (const spool::ReplayItem& item : plan.items)
        for (const spool::ReplayRecipient& to : item.recipients)
            ++counts[text::to_lower(to.address)];
    Counts sorted(counts.begin(), counts.end());
    std::ranges::sort(sorted, [](const auto& one, const auto& other) {
        return std::tie(other.second, one.first) < std::tie(one.second, other.first);
    });
    return sorted;
}

std::uint64_t recipients_of(const spool::ReplayPlan& plan)
{
    std::uint64_t count = 0;
    for (const spool::ReplayItem& item : plan.items)
        count += item.recipients.size();
    return count;
}

std::uint64_t seconds_of(const spool::ReplayPlan& plan)
{
    return plan.rate == 0 ? 0 : (plan.items.size() + plan.rate - 1) / plan.rate;
}

void add_known(std::string& text, const std::optional<Known>& known)
{
    if (known)
        text +=
            fmt::format("known:       {} delivered, {} failed, {} waiting, {} not in the "
                        "journal\n",
                        known->delivered, known->failed, known->waiting, known->not_filed);
}

void add_left_out(std::string& text, const LeftOut& left_out, bool again)
{
    const std::pair<std::uint64_t, std::string_view> lines[] = {
        {left_out.waiting, "recipients that wait in the queue"},
        {left_out.forwards, "recipients of forwards, whose originals are sent again"},
        {left_out.no_mailbox, "recipients that only forward, and have no mailbox there"},
        {left_out.sent,
         again ? "recipients for whom a copy by an earlier run waits in the queue"
               : "recipients who got it by an earlier run (--again: not left out)"},
        {left_out.replays, "messages that are copies, sent by a run"},
        {left_out.too_large, "messages that are too large"},
    };
    for (const auto& [count, what] : lines)
        if (count > 0)
            text += fmt::format("left out:    {} {}\n", count, what);
}

} // namespace

std::uint64_t bytes_of(const spool::ReplayPlan& plan)
{
    std::uint64_t bytes = 0;
    for (const spool::ReplayItem& item : plan.items)
        bytes += item.size;
    return bytes;
}

std::string describe(const Planned& planned, const std::string& name)
{
    const spool::ReplayPlan& plan = planned.plan;
    const Counts addresses = addresses_of(plan);
    std::string text;
    if (!name.empty())
        text += fmt::format("run:         {}\n", name);
    if (!plan.route.empty())
        text += fmt::format("route:       {}\n", plan.route);
    text += fmt::format("messages:    {}\nbytes:       {}\n", plan.items.size(),
                        bytes_of(plan));
    text += fmt::format("recipients:  {} ({} addresses)\n", recipients_of(plan),
                        addresses.size());
    for (std::size_t i = 0; i < std::min(most_shown, addresses.size()); ++i)
        text += fmt::format("  {:>9}  {}\n", addresses[i].second,
                            text::visible(addresses[i].first));
    if (addresses.size() > most_shown)
        text += fmt::format("             and {} more\n", addresses.size() - most_shown);
    add_known(text, planned.known);
    add_left_out(text, planned.left_out, plan.again);
    if (planned.missing > 0)
        text += fmt::format("missing:     {} messages that were named\n", planned.missing);
    if (plan.rate > 0)
        text += fmt::format("duration:    {} s at {} messages a second\n", seconds_of(plan),
                            plan.rate);
    return text;
}

std::string describe_json(const Planned& planned, const std::string& name)
{
    std::string out;
    text::JsonWriter json(out);
    json.begin_object();
    if (!name.empty())
        json.member("run", name);
    if (!planned.plan.route.empty())
        json.member("route", planned.plan.route);
    json.member("messages", planned.plan.items.size())
        .member("bytes", bytes_of(planned.plan))
        .member("recipients", recipients_of(planned.plan))
        .member("rate", planned.plan.rate)
        .member("seconds", seconds_of(planned.plan));
    json.key("addresses").begin_object();
    for (const auto& [address, count] : addresses_of(planned.plan))
        json.member(address, count);
    json.end_object();
    json.key("left_out")
        .begin_object()
        .member("waiting", planned.left_out.waiting)
        .member("forwards", planned.left_out.forwards)
        .member("replays", planned.left_out.replays)
        .member("too_large", planned.left_out.too_large)
        .member("no_mailbox", planned.left_out.no_mailbox)
        .member("sent", planned.left_out.sent)
        .end_object()
        .member("missing", planned.missing);
    if (planned.known)
        json.key("known")
            .begin_object()
            .member("delivered", planned.known->delivered)
            .member("failed", planned.known->failed)
            .member("waiting", planned.known->waiting)
            .member("not_filed", planned.known->not_filed)
            .end_object();
    json.end_object();
    return out + '\n';
}

} // namespace replayctl
