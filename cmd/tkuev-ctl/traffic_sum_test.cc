// SPDX-License-Identifier: Apache-2.0
#include "traffic_sum.h"

#include <doctest/doctest.h>
#include <vector>

using handover::LedgerEntry;
using tkuev::Traffic;
using tkuev::traffic_of;

namespace {

LedgerEntry entry(li::Time time, std::string act,
                  std::vector<std::pair<std::string, std::string>> fields)
{
    return {.number = 1, .time = time, .act = std::move(act), .fields = std::move(fields)};
}

const std::vector<LedgerEntry> ledger = {
    entry(10, "begin", {}),
    entry(20, "record", {{"cin", "1"}, {"number", "1"}, {"content", "500"}}),
    entry(30, "pdu", {{"parcel", "1"}, {"octets", "700"}}),
    entry(40, "receipt", {{"octets", "700"}, {"by", "ack"}}),
    entry(50, "record", {{"cin", "2"}, {"content", "0"}}),
    entry(60, "gap", {{"cin", "1"}, {"octets", "300"}}),
    entry(70, "attempt", {{"parcel", "2"}, {"octets", "9999"}}),
};

} // namespace

TEST_CASE("tkuev-ctl: traffic is what was taken, delivered and destroyed, each once")
{
    const Traffic all = {
        .records = 2, .content = 500, .delivered = 1, .octets = 700, .destroyed = 300};
    CHECK(traffic_of(ledger, 0, 100) == all);
    CHECK(traffic_of({}, 0, 100) == Traffic());
}

TEST_CASE("tkuev-ctl: the period of traffic has its first instant and not its last")
{
    CHECK(traffic_of(ledger, 20, 50).records == 1);
    CHECK(traffic_of(ledger, 21, 51).records == 1);
    CHECK(traffic_of(ledger, 20, 51).records == 2);
    CHECK(traffic_of(ledger, 41, 100).octets == 0);
    CHECK(traffic_of(ledger, 40, 41).octets == 700);
}

TEST_CASE("tkuev-ctl: months of traffic add up")
{
    Traffic sum = traffic_of(ledger, 0, 45);
    sum += traffic_of(ledger, 45, 100);
    CHECK(sum == traffic_of(ledger, 0, 100));
}
