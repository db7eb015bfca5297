// SPDX-License-Identifier: Apache-2.0
// session/client_limits.cc - counters per client address.  Knows no SMTP and no clock.

#include "session/client_limits.h"

#include <algorithm>
#include <string_view>

namespace session {

namespace {

bool beyond(std::uint32_t count, std::uint32_t limit)
{
    return limit != 0 && count >= limit;
}

} // namespace

std::size_t ClientLimits::KeyHash::operator()(const Key& key) const noexcept
{
    const auto* bytes = reinterpret_cast<const char*>(key.data());
    return std::hash<std::string_view>{}(std::string_view(bytes, key.size()));
}

ClientLimits::Counters& ClientLimits::counters_of(const net::Address& client,
                                                  std::int64_t now_seconds)
{
    const std::int64_t minute = now_seconds / 60;
    forget_idle(minute);
    Counters& counters = clients_[client_key(client)];
    if (counters.minute != minute) {
        counters.minute = minute;
        counters.connections = 0;
        counters.messages = 0;
    }
    return counters;
}

void ClientLimits::forget_idle(std::int64_t minute)
{
    if (minute == swept_)
        return;
    swept_ = minute;
    std::erase_if(clients_, [minute](const auto& entry) {
        return entry.second.open == 0 && entry.second.minute != minute;
    });
}

Admission ClientLimits::enter(const net::Address& client, std::int64_t now_seconds)
{
    Counters& counters = counters_of(client, now_seconds);
    if (beyond(counters.connections, rates_.connections_per_client_minute))
        return Admission::too_fast;
    ++counters.connections;
    if (beyond(open_, rates_.connections))
        return Admission::too_many;
    if (beyond(counters.open, rates_.connections_per_client))
        return Admission::too_many_of_client;
    ++counters.open;
    ++open_;
    return Admission::admitted;
}

void ClientLimits::leave(const net::Address& client)
{
    const auto found = clients_.find(client_key(client));
    if (found == clients_.end() || found->second.open == 0)
        return;
    --found->second.open;
    --open_;
}

bool ClientLimits::may_send(const net::Address& client, std::int64_t now_seconds)
{
    if (rates_.messages_per_client_minute == 0)
        return true;
    Counters& counters = counters_of(client, now_seconds);
    if (counters.messages >= rates_.messages_per_client_minute)
        return false;
    ++counters.messages;
    return true;
}

bool ClientLimits::under_load() const
{
    return rates_.connections != 0 &&
           std::uint64_t{open_} * 5 > std::uint64_t{rates_.connections} * 4;
}

bool ClientLimits::full() const
{
    return beyond(open_, rates_.connections);
}

} // namespace session
