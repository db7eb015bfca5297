// SPDX-License-Identifier: Apache-2.0
// daemon/tenants.cc - see the header.
#include "daemon/tenants.h"

#include "conf/tenant_period.h"
#include "db/names.h"
#include "journal/concerned.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <utility>

namespace daemons {

namespace {

using Periods = std::map<std::string, std::int64_t>;

// None: as long as everybody's.
std::optional<std::int64_t> period_of(const Periods& periods, const db::Tenants& tenants)
{
    std::optional<std::int64_t> longest;
    for (const std::string& tenant : tenants) {
        const auto period = periods.find(tenant);
        if (period == periods.end())
            return std::nullopt;
        longest = std::max(longest.value_or(0), period->second);
    }
    return longest;
}

} // namespace

std::optional<std::string> owner_of(db::Directory& directory, std::string_view address)
{
    const std::string_view name = db::halves(address).domain;
    auto found = name.empty() ? std::nullopt : directory.domain(name);
    return found ? std::optional(std::move(found->tenant)) : std::nullopt;
}

std::shared_ptr<const spool::RingPeriods> ring_periods(const conf::Queue& queue,
                                                       const std::string& database)
{
    if (queue.retention == 0 || queue.tenant_retention.empty())
        return nullptr;
    auto out = std::make_shared<spool::RingPeriods>();
    Periods periods;
    out->shortest = queue.retention;
    for (const std::string& word : queue.tenant_retention) {
        const auto own = conf::parse_tenant_period(word);
        periods[own->tenant] = own->seconds;
        out->shortest = std::min(out->shortest, own->seconds);
    }
    auto directory = std::make_shared<db::Directory>(database);
    out->period_of = [directory, periods](const spool::Envelope& envelope) {
        bool nobodys = false; // of a domain of ours that has no tenant
        const auto owner = [&](std::string_view address) {
            auto tenant = owner_of(*directory, address);
            nobodys = nobodys || (tenant && tenant->empty());
            return tenant;
        };
        const db::Tenants tenants = journal::tenants_concerned(envelope, owner);
        return nobodys ? std::nullopt : period_of(periods, tenants);
    };
    return out;
}

} // namespace daemons
