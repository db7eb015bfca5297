// SPDX-License-Identifier: Apache-2.0
// daemon/tenants.cc - see the header.
#include "daemon/tenants.h"

#include "conf/tenant_period.h"
#include "db/names.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <utility>

namespace daemons {

namespace {

using Periods = std::map<std::string, std::int64_t>;

std::optional<db::Domain> domain_of(db::Directory& directory, std::string_view address)
{
    const std::string_view domain = db::halves(address).domain;
    return domain.empty() ? std::nullopt : directory.domain(domain);
}

// Of one message.
class Longest {
public:
    Longest(db::Directory& directory, const Periods& periods)
        : directory_(directory), periods_(periods)
    {
    }

    void add(std::string_view address)
    {
        const std::optional<db::Domain> domain = domain_of(directory_, address);
        served_ = served_ || domain;
        if (!domain)
            return;
        // A domain without a tenant has no period either: no tenant is named "".
        const auto period = periods_.find(domain->tenant);
        if (period == periods_.end())
            everybodys_ = true;
        else
            seconds_ = std::max(seconds_, period->second);
    }

    // It is somebody's of ours, with a tenant or without.
    [[nodiscard]] bool served() const { return served_; }
    [[nodiscard]] std::optional<std::int64_t> period() const
    {
        return seconds_ > 0 && !everybodys_ ? std::optional(seconds_) : std::nullopt;
    }

private:
    db::Directory& directory_;
    const Periods& periods_;
    bool served_ = false;
    bool everybodys_ = false;
    std::int64_t seconds_ = 0;
};

std::optional<std::int64_t> period_of(db::Directory& directory, const Periods& periods,
                                      const spool::Envelope& envelope)
{
    Longest longest(directory, periods);
    longest.add(envelope.client.login);
    for (const spool::Recipient& recipient : envelope.recipients) {
        longest.add(recipient.address);
        for (const std::string& address : recipient.via)
            longest.add(address);
    }
    if (!longest.served()) // anybody can write such an address
        longest.add(envelope.sender);
    return longest.period();
}

} // namespace

std::string tenant_of(db::Directory& directory, std::string_view address)
{
    auto found = domain_of(directory, address);
    return found ? std::move(found->tenant) : std::string();
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
        return period_of(*directory, periods, envelope);
    };
    return out;
}

} // namespace daemons
