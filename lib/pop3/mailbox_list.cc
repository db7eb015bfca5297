// SPDX-License-Identifier: Apache-2.0
#include "pop3/mailbox_list.h"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

namespace pop3 {

namespace {

using Sizes = std::unordered_map<std::string_view, std::uint64_t>;

void note_sizes(Sizes& sizes, const std::vector<Listed>& listed)
{
    for (const Listed& one : listed)
        if (one.octets != 0)
            sizes[one.unique_id] = one.octets;
}

} // namespace

bool is_unique_id(std::string_view text)
{
    return !text.empty() && text.size() <= longest_unique_id &&
           std::ranges::all_of(text, [](char c) { return c > ' ' && c < '\x7f'; });
}

// Backwards: of one id twice, and of too many, it is the newest that stay.
MailboxList take_in(const MailboxList& known, const Sighting& seen, std::size_t most)
{
    Sizes sizes;
    note_sizes(sizes, known);
    note_sizes(sizes, seen.there);
    std::unordered_set<std::string_view> done;
    MailboxList fresh;
    const auto add = [&](const std::vector<Listed>& listed) {
        for (auto one = listed.rbegin(); one != listed.rend() && fresh.size() < most; ++one)
            if (done.insert(one->unique_id).second) {
                const auto size = sizes.find(one->unique_id);
                fresh.push_back({one->unique_id, size == sizes.end() ? 0 : size->second});
            }
    };
    if (seen.whole) {
        add(seen.there);
    } else {
        done.insert(seen.gone.begin(), seen.gone.end());
        // What is known has its place.
        std::unordered_set<std::string_view> has_place;
        for (const Listed& one : known)
            has_place.insert(one.unique_id);
        std::vector<Listed> more = seen.there;
        std::erase_if(more,
                      [&](const Listed& one) { return has_place.contains(one.unique_id); });
        add(more);
        add(known);
    }
    std::ranges::reverse(fresh);
    return fresh;
}

} // namespace pop3
