// SPDX-License-Identifier: Apache-2.0
#include "select.h"

#include "base/clock.h"
#include "base/failure.h"
#include "conf/journal_selection.h"
#include "spool/id_list.h"
#include "text/lines.h"

#include <fmt/format.h>

#include <algorithm>
#include <iostream>
#include <tuple>
#include <unordered_map>

namespace replayctl {

namespace {

constexpr std::size_t scan_step = 4096;

constexpr std::string_view of_journal[] = {"subject",    "attachment", "type",
                                           "message-id", "tenant",     "result"};

// Nobody asks for nothing: it is a wrong year, or an evening meant to be yesterday's.
[[noreturn]] void refuse_future(const Call& call)
{
    const char* const option = call.has("on") ? "on" : "since";
    throw base::Failure(
        base::Remedy::fix_arguments,
        fmt::format("--{} {}: is yet to come", option, text::printable(call.get(option))));
}

// Addresses are patterns here, and compared by matches() alone.
db::JournalCriteria read_others(const Call& call)
{
    Call others = call;
    others.options.erase("sender");
    const std::int64_t now = base::wall_microseconds();
    db::JournalCriteria said = conf::read_selection(others, now);
    if (said.from > now)
        refuse_future(call);
    if (said.outcome == db::Outcome::refused)
        throw base::Failure(base::Remedy::fix_arguments,
                            "--result refused: what was refused is not in the log");
    return said;
}

} // namespace

std::vector<conf::OptionSpec> selection_options()
{
    std::vector<conf::OptionSpec> all{
        {"sender", "PATTERN", "of this sender"},
        {"rcpt", "PATTERN", "to this recipient", "recipient"}};
    for (conf::OptionSpec& option : conf::selection_options())
        if (option.name != "sender" && option.name != "recipient")
            all.push_back(std::move(option));
    return all;
}

Criteria read_criteria(const Call& call)
{
    Criteria criteria;
    criteria.only_ids = !call.operands.empty();
    criteria.named = spool::read_ids(call.operands, std::cin);
    criteria.ids = {criteria.named.begin(), criteria.named.end()};
    criteria.sender = call.get("sender");
    criteria.recipient = call.get("rcpt");
    criteria.said = read_others(call);
    criteria.since = criteria.said.from;
    if (criteria.said.to > 0)
        criteria.until = criteria.said.to;
    for (const std::string_view option : of_journal)
        if (call.has(option) && criteria.of_journal.empty())
            criteria.of_journal = option;
    return criteria;
}

bool matches(const Criteria& criteria, const spool::Found& message)
{
    const spool::Envelope& envelope = message.envelope;
    if (criteria.only_ids && !criteria.ids.contains(envelope.id))
        return false;
    if (envelope.arrival < criteria.since || envelope.arrival >= criteria.until)
        return false;
    if (!criteria.sender.empty() && !matches_pattern(criteria.sender, envelope.sender))
        return false;
    if (!criteria.recipient.empty() &&
        std::ranges::none_of(envelope.recipients, [&](const spool::Recipient& one) {
            return matches_pattern(criteria.recipient, one.address);
        }))
        return false;
    return has_properties(message, criteria.said);
}

std::vector<spool::Found> select(const std::string& spool, const Criteria& criteria,
                                 const Also& also, const Seen& seen)
{
    std::unordered_map<spool::MessageId, spool::Found> chosen;
    spool::Follower follower(spool, {});
    const auto found = [&](spool::Found&& one) {
        if (seen)
            seen(one);
        if (!matches(criteria, one) || (also && !also(one)))
            return;
        spool::Found& known = chosen[one.envelope.id];
        if (known.where.segment <= one.where.segment)
            known = std::move(one);
    };
    const auto damaged = [](spool::Location, std::string_view) {}; // smtp-sendd reports it
    while (follower.poll(scan_step, found, damaged) == scan_step) {
    }
    std::vector<spool::Found> all;
    all.reserve(chosen.size());
    for (auto& [id, one] : chosen)
        all.push_back(std::move(one));
    std::ranges::sort(all, {}, [](const spool::Found& one) { return one.envelope.id; });
    return all;
}

void put_in_order(const Criteria& criteria, std::vector<spool::Found>& found)
{
    std::unordered_map<spool::MessageId, std::size_t> places;
    for (const spool::MessageId id : criteria.named)
        places.emplace(id, places.size());
    std::ranges::sort(found, {}, [&](const spool::Found& one) {
        const auto place = places.find(one.envelope.id);
        return std::tuple(place == places.end() ? places.size() : place->second,
                          one.envelope.arrival, one.envelope.id);
    });
}

std::size_t Missing::complain() const
{
    std::size_t count = 0;
    for (const spool::MessageId id : criteria_.named) {
        if (there_.contains(id))
            continue;
        std::cerr << "replayctl: " << id.text() << ": the log does not have it\n";
        ++count;
    }
    return count;
}

} // namespace replayctl
