// SPDX-License-Identifier: Apache-2.0
#include "delivery/exchangers.h"

#include <doctest/doctest.h>
#include <map>
#include <random>
#include <set>

namespace {

using net::DnsAnswer;
using net::DnsStatus;
using net::MxHost;

DnsAnswer<MxHost> answer(DnsStatus status, std::vector<MxHost> records = {})
{
    DnsAnswer<MxHost> out;
    out.status = status;
    out.records = std::move(records);
    out.why = "SERVFAIL";
    return out;
}

delivery::Exchangers found(
    std::vector<MxHost> records,
    const delivery::Random& random = [](std::size_t) { return 0; })
{
    return delivery::exchangers("d.test", answer(DnsStatus::found, std::move(records)),
                                "gw.test", random);
}

using Names = std::vector<std::string>;

} // namespace

TEST_CASE("delivery: mail exchangers by preference, equal ones by chance")
{
    CHECK(found({{20, "b"}, {10, "a"}, {30, "c"}}).hosts == Names{"a", "b", "c"});
    std::set<Names> orders;
    for (std::size_t seed = 0; seed < 64; ++seed) {
        std::size_t state = seed;
        const auto random = [&](std::size_t below) {
            const std::size_t out = state % below;
            state /= below;
            return out;
        };
        const Names hosts =
            found({{10, "a"}, {10, "b"}, {10, "c"}, {5, "first"}}, random).hosts;
        CHECK(hosts.front() == "first");
        CHECK(hosts.size() == 4);
        orders.insert(hosts);
    }
    CHECK(orders.size() == 6); // every order of three occurs
}

TEST_CASE("delivery: equal preferences come in each place equally often")
{
    std::mt19937 generator(1);
    const auto random = [&](std::size_t below) { return generator() % below; };
    constexpr int rounds = 6000;
    std::map<std::vector<std::size_t>, int> seen;
    for (int i = 0; i < rounds; ++i)
        ++seen[delivery::shuffled({20, 10, 20, 20}, random)];
    CHECK(seen.size() == 6);
    for (const auto& [order, times] : seen) { // 1000 each; 200 are seven deviations
        CHECK(order.front() == 1);
        CHECK(times > 800);
        CHECK(times < 1200);
    }
}

TEST_CASE("delivery: null MX, loops and missing records")
{
    const delivery::Exchangers null_mx = found({{0, ""}});
    CHECK(null_mx.permanent);
    CHECK(null_mx.status == smtp::EnhancedStatus{5, 1, 10});

    const delivery::Exchangers loop = found({{10, "GW.test"}, {20, "b"}});
    CHECK(loop.permanent);
    CHECK(loop.status == smtp::EnhancedStatus{5, 4, 6});
    CHECK(found({{10, "a"}, {20, "gw.test"}, {20, "c"}, {30, "d"}}).hosts == Names{"a"});

    const auto random = [](std::size_t) { return std::size_t{0}; };
    const auto of = [&](DnsStatus status) {
        return delivery::exchangers("d.test", answer(status), "gw.test", random);
    };
    CHECK(of(DnsStatus::no_data).hosts == Names{"d.test"});
    CHECK(of(DnsStatus::no_such_name).permanent);
    CHECK(of(DnsStatus::no_such_name).status == smtp::EnhancedStatus{5, 1, 2});
    CHECK(!of(DnsStatus::temporary).permanent);
    CHECK(of(DnsStatus::temporary).hosts.empty());
    CHECK(!of(DnsStatus::bogus).permanent);
}
