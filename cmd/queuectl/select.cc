// SPDX-License-Identifier: Apache-2.0
#include "select.h"

#include "base/clock.h"
#include "spool/id_list.h"
#include "text/lines.h"
#include "text/pattern.h"

#include <algorithm>
#include <iostream>
#include <string>

namespace queuectl {

namespace {

// Tells whether a message is meant.
class Selector {
public:
    Selector(const Criteria& criteria, const spool::QueueView& view)
        : criteria_(criteria), domain_(text::to_lower(criteria.domain)), view_(view)
    {
    }

    // What the queue itself knows.
    [[nodiscard]] bool matches(const spool::Entry& entry) const
    {
        return matches_state(entry) && matches_texts(entry);
    }
    // What only the envelope knows.
    [[nodiscard]] bool matches_envelope(const spool::Entry& entry,
                                        spool::Sweep& sweep) const;

private:
    [[nodiscard]] bool matches_state(const spool::Entry& entry) const;
    [[nodiscard]] bool matches_texts(const spool::Entry& entry) const;
    [[nodiscard]] bool has_reason(spool::TextNumber number) const;

    const Criteria& criteria_;
    std::string domain_;
    const spool::QueueView& view_;
    std::int64_t now_ = base::wall_seconds();
};

bool Selector::matches_state(const spool::Entry& entry) const
{
    const std::int64_t age = now_ - entry.arrival();
    return (criteria_.older < 0 || age > criteria_.older) &&
           (criteria_.younger < 0 || age < criteria_.younger) &&
           (!criteria_.held || entry.held()) && (!criteria_.not_held || !entry.held());
}

bool Selector::has_reason(spool::TextNumber number) const
{
    return view_.text(number).find(criteria_.reason) != std::string_view::npos;
}

bool Selector::matches_texts(const spool::Entry& entry) const
{
    bool reason = criteria_.reason.empty() || has_reason(entry.reason());
    bool domain = domain_.empty();
    for (std::uint32_t i = 0; i < entry.recipients() && !(reason && domain); ++i) {
        if (!entry.waits(i))
            continue;
        reason = reason || has_reason(entry.reason(i));
        domain = domain || view_.text(entry.domain(i)) == domain_;
    }
    return reason && domain;
}

bool Selector::matches_envelope(const spool::Entry& entry, spool::Sweep& sweep) const
{
    if (criteria_.sender.empty() && criteria_.recipient.empty())
        return true;
    const spool::Envelope* const envelope = sweep.envelope(entry.where());
    if (envelope == nullptr)
        return false;
    if (!criteria_.sender.empty() &&
        !text::matches_pattern(criteria_.sender, envelope->sender))
        return false;
    if (criteria_.recipient.empty())
        return true;
    for (std::uint32_t i = 0; i < entry.recipients() && i < envelope->recipients.size();
         ++i)
        if (entry.waits(i) &&
            text::matches_pattern(criteria_.recipient, envelope->recipients[i].address))
            return true;
    return false;
}

using Entries = std::vector<const spool::Entry*>;

Entries candidates(const Call& call, const spool::QueueView& view, const Selector& selector)
{
    Entries found;
    if (call.operands.empty()) {
        view.for_each([&](const spool::Entry& entry) {
            if (selector.matches(entry))
                found.push_back(&entry);
        });
        return found;
    }
    for (const spool::MessageId id : read_ids(call)) {
        const spool::Entry* const entry = view.find(id);
        if (entry != nullptr && selector.matches(*entry))
            found.push_back(entry);
    }
    return found;
}

// By place in the log, which is by age, and reads the log from front to end.
void sort_oldest_first(Entries& entries)
{
    const auto older = [](const spool::Entry* one, const spool::Entry* other) {
        return one->where() < other->where();
    };
    if (!std::ranges::is_sorted(entries, older)) // a queue that only grew is sorted
        std::ranges::sort(entries, older);
    const auto twice = std::ranges::unique(entries);
    entries.erase(twice.begin(), twice.end());
}

} // namespace

std::vector<spool::MessageId> read_ids(const Call& call)
{
    return spool::read_ids(call.operands, std::cin);
}

void for_each_meant(const Call& call, const spool::QueueView& view, spool::Sweep& sweep,
                    const std::function<void(const spool::Entry&)>& visit)
{
    const Selector selector(call.criteria, view);
    Entries entries = candidates(call, view, selector);
    sort_oldest_first(entries);
    for (const spool::Entry* const entry : entries)
        if (selector.matches_envelope(*entry, sweep))
            visit(*entry);
}

} // namespace queuectl
