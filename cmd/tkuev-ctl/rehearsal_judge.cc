// SPDX-License-Identifier: Apache-2.0
#include "rehearsal_judge.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace tkuev {

namespace {

using Result = Check::Result;

constexpr std::string_view leg_event = "mail_forwarded";

bool is_leg(const Expected& one)
{
    return one.port == 0;
}

std::string joined(const std::vector<std::string>& words)
{
    std::string out;
    for (const std::string& word : words)
        out += (out.empty() ? "" : ", ") + word;
    return out;
}

std::string difference_of_mail(const Expected& one, const CameOut& came)
{
    if (!one.message_id.empty() && one.message_id != came.message_id)
        return "Message-ID differs: " + came.message_id;
    if (one.sender && *one.sender != came.sender)
        return "sender differs: " + came.sender;
    if (one.total_recipients && *one.total_recipients != came.total_recipients)
        return fmt::format("number of recipients differs: {}", came.total_recipients);
    if (one.octets != came.octets)
        return fmt::format("content of {} octets came out as {}", one.octets, came.octets);
    if (one.has_content && one.digest != came.digest)
        return "octets of the content differ";
    return {};
}

std::string difference(const Expected& one, const CameOut& came)
{
    if (!came.facts)
        return {};
    if (one.status != came.status)
        return "came out with another status";
    if (!one.recipients.empty() && one.recipients != came.recipients)
        return "recipients differ: " + joined(came.recipients);
    return is_leg(one) ? std::string() : difference_of_mail(one, came);
}

// Takes what was expected, one by one, away from what came out.
class Bench {
public:
    Bench(const Yield& yield, const std::set<std::uint16_t>& bystander_ports)
        : yield_(yield), bystander_ports_(bystander_ports),
          taken_(yield.events.size(), false)
    {
        for (const std::string& digest : yield.contents)
            ++contents_[digest];
    }

    void expect(const Expected& one)
    {
        Check check{.session = one.session, .event = one.event, .octets = one.octets};
        const std::size_t place = find(one);
        if (place == taken_.size()) {
            check.result = Result::missing;
            check.why = "did not come out";
        } else {
            taken_[place] = true;
            check.why = difference(one, yield_.events[place]);
            if (check.why.empty() && one.has_content && yield_.contents_seen)
                check.why = take_content(one);
            if (!check.why.empty())
                check.result = Result::differs;
        }
        verdict_.complete = verdict_.complete && check.result == Result::right;
        verdict_.checks.push_back(std::move(check));
    }

    Verdict finish()
    {
        for (std::size_t i = 0; i < taken_.size(); ++i)
            if (!taken_[i] && !is_other_try(yield_.events[i]))
                too_much(yield_.events[i]);
        for (const auto& [digest, count] : contents_)
            if (count > 0)
                add_too_much({.event = "content",
                              .result = Result::too_much,
                              .why = fmt::format("{} more than belong to sessions of the "
                                                 "account: {}",
                                                 count, digest)});
        return std::move(verdict_);
    }

private:
    // The queue id of a mail is in its own event; its legs have nothing else.
    [[nodiscard]] std::string queue_id_of(const std::string& message_id) const
    {
        for (const CameOut& came : yield_.events)
            if (came.message_id == message_id && !came.queue_id.empty())
                return came.queue_id;
        return {};
    }
    [[nodiscard]] bool is_about(const Expected& one, const CameOut& came) const
    {
        if (one.event != came.event)
            return false;
        if (!came.facts)
            return one.octets == came.octets;
        if (!is_leg(one))
            return one.port == came.port;
        return !came.queue_id.empty() && came.queue_id == queue_id_of(one.message_id) &&
               came.status == one.status;
    }
    // The first that fits in all, else the first that is about the same.
    [[nodiscard]] std::size_t find(const Expected& one) const
    {
        std::size_t near = taken_.size();
        for (std::size_t i = 0; i < taken_.size(); ++i) {
            const CameOut& came = yield_.events[i];
            if (taken_[i] || !is_about(one, came))
                continue;
            if (difference(one, came).empty())
                return i;
            near = std::min(near, i);
        }
        return near;
    }
    std::string take_content(const Expected& one)
    {
        const auto found = contents_.find(one.digest);
        if (found == contents_.end() || found->second == 0)
            return "its content did not come out";
        --found->second;
        return {};
    }
    // A leg of mail of ours that the next hop has not decided then.
    [[nodiscard]] bool is_other_try(const CameOut& came) const
    {
        const auto is_its_mail = [&](const CameOut& mail) {
            return mail.queue_id == came.queue_id && !mail.message_id.empty();
        };
        return came.facts && came.event == leg_event && !came.queue_id.empty() &&
               came.status == etsi::EmailStatus::unknown &&
               std::ranges::any_of(yield_.events, is_its_mail);
    }
    void too_much(const CameOut& came)
    {
        const bool bystander = came.port != 0 && bystander_ports_.contains(came.port);
        add_too_much({.session = bystander ? "bystander" : "",
                      .event = came.event,
                      .octets = came.octets,
                      .result = Result::too_much,
                      .why = bystander ? "of a session that must not come out"
                                       : "belongs to no session, or came out twice"});
    }
    void add_too_much(Check check)
    {
        verdict_.checks.push_back(std::move(check));
        verdict_.exclusive = false;
    }

    const Yield& yield_;
    const std::set<std::uint16_t>& bystander_ports_;
    std::vector<bool> taken_;
    std::map<std::string, std::size_t> contents_; // how many of each
    Verdict verdict_;
};

} // namespace

std::string_view name_of(Check::Result result)
{
    switch (result) {
    case Result::right:
        return "ok";
    case Result::missing:
        return "missing";
    case Result::differs:
        return "differs";
    case Result::too_much:
        return "too much";
    }
    return "";
}

Verdict judge(std::span<const Expected> expected, const Yield& yield,
              const std::set<std::uint16_t>& bystander_ports)
{
    Bench bench(yield, bystander_ports);
    for (const Expected& one : expected)
        bench.expect(one);
    return bench.finish();
}

} // namespace tkuev
