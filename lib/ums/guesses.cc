// SPDX-License-Identifier: Apache-2.0
#include "ums/guesses.h"

#include "session/client_key.h"

#include <algorithm>

namespace ums {

namespace {

constexpr std::uint32_t from_everywhere = 10; // times as many are borne
constexpr std::uint32_t most_doublings = 16;

std::string pair_of(std::string_view user, const net::Address& client)
{
    const session::ClientKey key = session::client_key(client);
    std::string name(user);
    name += '\0';
    return name.append(key.begin(), key.end());
}

} // namespace

Guesses::Count& Guesses::count_of(Table& table, std::string name, std::int64_t now)
{
    if (const auto found = table.by_name.find(name); found != table.by_name.end()) {
        table.counts.splice(table.counts.begin(), table.counts, found->second);
        Count& count = found->second->second;
        if (now - count.last >= limits_.forgotten)
            count = {};
        return count;
    }
    while (!table.counts.empty() && table.counts.size() >= limits_.remembered) {
        table.by_name.erase(table.counts.back().first);
        table.counts.pop_back();
    }
    table.counts.emplace_front(std::move(name), Count{.last = now});
    table.by_name[table.counts.front().first] = table.counts.begin();
    return table.counts.front().second;
}

bool Guesses::may_try(std::string_view user, const net::Address& client, std::int64_t now)
{
    const Count& pair = count_of(pairs_, pair_of(user, client), now);
    if (pair.until > now)
        return false;
    return pair.proved || count_of(users_, std::string(user), now).until <= now;
}

void Guesses::add_wrong(Count& count, std::uint32_t most, std::int64_t now) const
{
    count.last = now;
    if (++count.wrong < most)
        return;
    const std::uint32_t doublings = std::min(count.wrong - most, most_doublings);
    count.until = now + std::min(limits_.first_pause << doublings, limits_.longest_pause);
}

void Guesses::wrong(std::string_view user, const net::Address& client, std::int64_t now)
{
    add_wrong(count_of(pairs_, pair_of(user, client), now), limits_.wrong, now);
    add_wrong(count_of(users_, std::string(user), now), limits_.wrong * from_everywhere,
              now);
}

void Guesses::right(std::string_view user, const net::Address& client, std::int64_t now)
{
    count_of(pairs_, pair_of(user, client), now) = {.last = now, .proved = true};
}

} // namespace ums
