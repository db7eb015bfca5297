// SPDX-License-Identifier: Apache-2.0
#include "traffic_sums.h"

#include "db/names.h"
#include "text/address_list.h"

namespace sponts {

Traffic& TrafficSums::account(std::string tenant, std::string domain)
{
    if (by_ == By::tenant)
        domain.clear();
    return accounts_[{std::move(tenant), std::move(domain)}];
}

Traffic* TrafficSums::account_of(std::string_view domain)
{
    if (domain.empty())
        return nullptr;
    if (const auto found = known_.find(domain); found != known_.end())
        return found->second;
    std::optional<OwnDomain> own = find_(domain);
    if (!own)
        return nullptr;
    Traffic& it = account(std::move(own->tenant), std::move(own->name));
    known_.emplace(domain, &it);
    return &it;
}

// Who has logged in pays, whatever sender he gives.
void TrafficSums::add_accepted(const TrafficEvent& event)
{
    const std::string_view login = db::halves(event.login).domain;
    Traffic* const it = account_of(login.empty() ? db::halves(event.sender).domain : login);
    if (it == nullptr)
        return;
    ++it->sent_messages;
    it->sent_octets += event.size;
}

void TrafficSums::add_delivered(const TrafficEvent& event)
{
    std::string_view list = event.to;
    while (!list.empty()) {
        Traffic* const it = account_of(db::halves(text::take_address(list)).domain);
        if (it == nullptr)
            continue;
        ++it->received_messages;
        it->received_octets += event.size;
    }
}

void TrafficSums::add_session(const TrafficEvent& event)
{
    if (event.login.empty()) // nobody has logged in
        return;
    const std::string_view domain = db::halves(event.login).domain;
    Traffic* const it = domain.empty() ? &account("", "") : account_of(domain);
    if (it == nullptr)
        return;
    ++it->sessions;
    it->up_octets += event.up;
    it->down_octets += event.down;
}

void TrafficSums::add(const TrafficEvent& event)
{
    switch (event.kind) {
    case TrafficEvent::Kind::accepted:
        return add_accepted(event);
    case TrafficEvent::Kind::delivered:
        return add_delivered(event);
    case TrafficEvent::Kind::session:
        return add_session(event);
    }
}

std::vector<TrafficRow> TrafficSums::rows() const
{
    std::vector<TrafficRow> rows;
    for (const auto& [whose, traffic] : accounts_)
        if (traffic != Traffic{})
            rows.push_back({whose.first, whose.second, traffic});
    return rows;
}

} // namespace sponts
