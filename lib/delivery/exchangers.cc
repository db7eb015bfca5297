// SPDX-License-Identifier: Apache-2.0
// delivery/exchangers.cc - see exchangers.h.
#include "delivery/exchangers.h"

#include "text/lines.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace delivery {

namespace {

using net::DnsStatus;

Exchangers none(bool permanent, std::string why, smtp::EnhancedStatus status)
{
    return {{}, permanent, std::move(why), status};
}

bool is_null_mx(const std::vector<net::MxHost>& records)
{
    return records.size() == 1 && (records[0].name.empty() || records[0].name == ".");
}

// RFC 5321 section 5.1: records at our own preference and behind it are discarded.
std::vector<net::MxHost> before_us(const std::vector<net::MxHost>& records,
                                   const std::string& own_name)
{
    std::uint32_t limit = 0x10000;
    for (const net::MxHost& record : records)
        if (text::equal_ignoring_case(record.name, own_name))
            limit = std::min<std::uint32_t>(limit, record.preference);
    std::vector<net::MxHost> out;
    for (const net::MxHost& record : records)
        if (record.preference < limit && !record.name.empty())
            out.push_back(record);
    return out;
}

} // namespace

std::vector<std::size_t> shuffled(const std::vector<int>& priorities, const Random& random)
{
    std::vector<std::size_t> order(priorities.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    for (std::size_t i = order.size(); i > 1; --i)
        std::swap(order[i - 1], order[random(i)]);
    std::vector<std::size_t> place(order.size()); // keeps the random order among equals
    for (std::size_t i = 0; i < order.size(); ++i)
        place[order[i]] = i;
    std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
        return std::pair(priorities[a], place[a]) < std::pair(priorities[b], place[b]);
    });
    return order;
}

Exchangers exchangers(const std::string& domain, const net::DnsAnswer<net::MxHost>& answer,
                      const std::string& own_name, const Random& random)
{
    switch (answer.status) {
    case DnsStatus::temporary:
    case DnsStatus::bogus:
        return none(false, "MX records of " + domain + ": " + answer.why, {4, 4, 3});
    case DnsStatus::no_such_name:
        return none(true, "domain " + domain + " does not exist", {5, 1, 2});
    case DnsStatus::no_data:
        return {{domain}, false, {}, {}};
    case DnsStatus::found:
        break;
    }
    if (is_null_mx(answer.records))
        return none(true, "domain " + domain + " accepts no mail (null MX)", {5, 1, 10});
    const std::vector<net::MxHost> records = before_us(answer.records, own_name);
    if (records.empty())
        return none(true, "mail for " + domain + " loops back to this host", {5, 4, 6});
    std::vector<int> priorities;
    for (const net::MxHost& record : records)
        priorities.push_back(record.preference);
    Exchangers out;
    for (const std::size_t i : shuffled(priorities, random))
        out.hosts.push_back(records[i].name);
    return out;
}

} // namespace delivery
