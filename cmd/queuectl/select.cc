// SPDX-License-Identifier: Apache-2.0
#include "select.h"

#include "base/clock.h"
#include "base/failure.h"

#include <algorithm>
#include <fnmatch.h>
#include <iostream>
#include <string>
#include <unordered_set>

namespace queuectl {

namespace {

std::string lower(std::string_view text)
{
    std::string result(text);
    std::ranges::transform(result, result.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return result;
}

// By place in the log, which is by age and reads the log from front to end.
void sort_oldest_first(std::vector<const spool::Entry*>& entries)
{
    std::ranges::sort(entries, [](const spool::Entry* one, const spool::Entry* other) {
        return one->where() < other->where();
    });
}

} // namespace

spool::MessageId parse_id(const std::string& word)
{
    const auto id = spool::MessageId::parse(word);
    if (!id)
        throw base::Failure(base::Remedy::fix_arguments, "not a queue id: " + word);
    return *id;
}

std::vector<spool::MessageId> read_ids(const Call& call)
{
    std::vector<spool::MessageId> ids;
    for (const std::string& word : call.operands) {
        if (word != "-") {
            ids.push_back(parse_id(word));
            continue;
        }
        for (std::string line; std::getline(std::cin, line);)
            if (!line.empty())
                ids.push_back(parse_id(line));
    }
    return ids;
}

bool matches_pattern(const std::string& pattern, const std::string& text)
{
    if (pattern == "<>")
        return text.empty();
    return ::fnmatch(pattern.c_str(), text.c_str(), FNM_CASEFOLD) == 0;
}

Selector::Selector(const Criteria& criteria, std::int64_t now, TextOf text,
                   spool::Reader& reader)
    : criteria_(criteria), now_(now), text_(std::move(text)), reader_(reader)
{
}

bool Selector::matches(const spool::Entry& entry)
{
    return matches_state(entry) && matches_texts(entry) && matches_envelope(entry);
}

bool Selector::matches_state(const spool::Entry& entry) const
{
    const std::int64_t age = now_ - entry.arrival();
    return (criteria_.older < 0 || age > criteria_.older) &&
           (criteria_.younger < 0 || age < criteria_.younger) &&
           (!criteria_.held || entry.held());
}

bool Selector::matches_texts(const spool::Entry& entry) const
{
    const auto has_reason = [&](spool::TextNumber number) {
        return text_(number).find(criteria_.reason) != std::string_view::npos;
    };
    bool reason = criteria_.reason.empty() || has_reason(entry.reason());
    bool domain = criteria_.domain.empty();
    const std::string wanted = lower(criteria_.domain);
    for (std::uint32_t i = 0; i < entry.recipients() && !(reason && domain); ++i) {
        if (!entry.waits(i))
            continue;
        reason = reason || has_reason(entry.reason(i));
        domain = domain || text_(entry.domain(i)) == wanted;
    }
    return reason && domain;
}

bool Selector::matches_envelope(const spool::Entry& entry)
{
    if (criteria_.sender.empty() && criteria_.recipient.empty())
        return true;
    const auto envelope = reader_.envelope(entry.where());
    if (!envelope)
        return false;
    if (!criteria_.sender.empty() && !matches_pattern(criteria_.sender, envelope->sender))
        return false;
    if (criteria_.recipient.empty())
        return true;
    for (std::uint32_t i = 0; i < entry.recipients() && i < envelope->recipients.size();
         ++i)
        if (entry.waits(i) &&
            matches_pattern(criteria_.recipient, envelope->recipients[i].address))
            return true;
    return false;
}

std::vector<const spool::Entry*> select(const Call& call, const spool::QueueView& view,
                                        spool::Reader& reader)
{
    std::vector<const spool::Entry*> found;
    Selector selector(
        call.criteria, base::wall_seconds(),
        [&view](spool::TextNumber number) { return view.text(number); }, reader);
    if (call.operands.empty()) {
        view.for_each([&](const spool::Entry& entry) {
            if (selector.matches(entry))
                found.push_back(&entry);
        });
        sort_oldest_first(found);
        return found;
    }
    std::unordered_set<spool::MessageId> seen;
    for (const spool::MessageId id : read_ids(call)) {
        const spool::Entry* const entry = view.find(id);
        if (entry != nullptr && seen.insert(id).second && selector.matches(*entry))
            found.push_back(entry);
    }
    return found;
}

} // namespace queuectl
