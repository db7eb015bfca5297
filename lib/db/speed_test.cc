// SPDX-License-Identifier: Apache-2.0
// A provider's table: 100,000 routes to 100 servers.  The bounds are loose, for slow
// machines and sanitizers; the figures are told.
#include "db/fixture_test.h"

#include <fmt/format.h>

#include <ctime>
#include <doctest/doctest.h>

namespace {

using db::testing::Fixture;

constexpr int routes = 100'000;
constexpr int servers = 100;

std::string domain_of(int number)
{
    return fmt::format("customer{}.example", number);
}

std::string server_of(int number)
{
    return fmt::format("10.0.0.{}", number % servers + 1);
}

std::string all_routes()
{
    std::string csv = "pattern,host,port\n";
    for (int i = 0; i < routes; ++i)
        csv += fmt::format("{},{},25\n", domain_of(i), server_of(i));
    csv += "vip@customer7.example,10.1.1.1,25\n";
    return csv;
}

// CPU microseconds for each of the steps: other work on the machine must not matter.
template <class Step>
double measure(int steps, Step step)
{
    const std::clock_t start = std::clock();
    for (int i = 0; i < steps; ++i)
        step(i);
    return static_cast<double>(std::clock() - start) * 1e6 / CLOCKS_PER_SEC / steps;
}

} // namespace

TEST_CASE(
    "db: a hundred thousand routes to a hundred servers are imported and found quickly")
{
    const Fixture fixture;
    const std::string csv = all_routes();
    const double import_time = measure(1, [&](int) {
        CHECK(db::import_csv(fixture.path, "routes", csv).added == routes + 1);
    });
    db::Directory directory(fixture.path);
    const auto ask = [&directory](int i) {
        const auto& route = directory.route("someone@" + domain_of(i));
        REQUIRE(route.size() == 1);
        REQUIRE(route[0].host == server_of(i));
    };
    const double fresh = measure(routes, [&ask](int i) { ask(i); });
    const double remembered = measure(routes, [&ask](int i) { ask(i % 1000); });
    const double none = measure(routes, [&](int i) {
        CHECK(directory.route("x@" + std::to_string(i) + ".no").empty());
    });
    CHECK(directory.route("vip@customer7.example")[0].host == "10.1.1.1");
    MESSAGE(
        fmt::format("CPU: import {:.2f} s; a route asked {:.1f} us, remembered {:.2f} us, "
                    "none {:.1f} us",
                    import_time / 1e6, fresh, remembered, none));
    CHECK(import_time < 60e6);
    CHECK(fresh < 1000);
    CHECK(remembered < 100);
}
