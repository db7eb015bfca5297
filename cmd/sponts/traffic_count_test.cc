// SPDX-License-Identifier: Apache-2.0
// Whole lines in, rows out.
#include "traffic_count.h"
#include "traffic_print.h"

#include <fmt/format.h>

#include <doctest/doctest.h>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

using sponts::OwnDomain;
using sponts::Period;
using sponts::TrafficCount;
using sponts::TrafficSums;

namespace {

std::optional<OwnDomain> find(std::string_view name)
{
    if (name == "a.test" || name == "A.test")
        return OwnDomain{"alpha", "a.test"};
    if (name == "a2.test")
        return OwnDomain{"alpha", "a2.test"};
    if (name == "b.test")
        return OwnDomain{"beta", "b.test"};
    if (name == "own.test")
        return OwnDomain{"", "own.test"};
    return std::nullopt;
}

std::string_view value(const std::string& text)
{
    return text.empty() ? "\"\"" : std::string_view(text);
}

struct Scene {
    TrafficSums sums{TrafficSums::By::tenant, find};
    TrafficCount count{sums, {}};

    explicit Scene(TrafficSums::By by = TrafficSums::By::tenant, Period period = {})
        : sums(by, find), count(sums, period)
    {
    }
    Scene(const Scene&) = delete;
    Scene& operator=(const Scene&) = delete;

    void accepted(const std::string& id, const std::string& login,
                  const std::string& sender, int size)
    {
        count.line(
            fmt::format("{} message-accepted login={} size={} sender={} recipients=1 "
                        "first=x@y.test",
                        id, value(login), size, value(sender)));
    }
    void delivered(const std::string& id, const std::string& to, int recipients, int size)
    {
        count.line(
            fmt::format("{} delivered to={} original=\"\" recipients={} size={} reply=250",
                        id, to, recipients, size));
    }
    void session(const std::string& id, const std::string& user, int up, int down)
    {
        count.line(fmt::format("{} session-ended user={} up={} down={} reason=quit", id,
                               value(user), up, down));
    }
    // "TENANT DOMAIN: sent octets received octets sessions up down"
    [[nodiscard]] std::vector<std::string> rows() const
    {
        std::vector<std::string> out;
        for (const auto& [tenant, domain, t] : sums.rows()) {
            std::string text = fmt::format("{}/{}", tenant, domain);
            for (const std::uint64_t number :
                 {t.sent_messages, t.sent_octets, t.received_messages, t.received_octets,
                  t.sessions, t.up_octets, t.down_octets})
                text += fmt::format(" {}", number);
            out.push_back(text);
        }
        return out;
    }
};

using Rows = std::vector<std::string>;

} // namespace

TEST_CASE("sponts: each tenant has what its senders, recipients and users did")
{
    Scene scene;
    scene.accepted("1", "", "u@a.test", 100);
    scene.accepted("2", "v@b.test", "forged@a.test", 10);   // the login counts
    scene.accepted("3", "bare", "u@a2.test", 1000);         // one without a domain does not
    scene.accepted("4", "u@else.test", "u@a.test", 777777); // nobody's
    scene.accepted("5", "", "u@else.test", 777777);
    scene.accepted("6", "", "", 777777);
    scene.delivered("1", "x@b.test,y@A.test,z@else.test,w@b.test", 4, 100);
    scene.session("s1", "u@a.test", 5, 50);
    scene.session("s2", "u@else.test", 7777, 7777);
    scene.session("s3", "bare", 1, 2);
    scene.session("s4", "", 0, 0);
    scene.session("s5", "u@own.test", 10, 20);
    CHECK(scene.rows() == Rows{"/ 0 0 0 0 2 11 22", "alpha/ 2 1100 1 100 1 5 50",
                               "beta/ 1 10 2 200 0 0 0"});
    CHECK(scene.count.not_understood() == 0);
}

TEST_CASE("sponts: by domain there is a row for each, in the form the database has")
{
    Scene scene(TrafficSums::By::domain);
    scene.accepted("1", "", "u@A.test", 1);
    scene.accepted("2", "", "u@a.test", 2);
    scene.accepted("3", "", "u@a2.test", 3);
    scene.accepted("4", "", "u@own.test", 4);
    scene.session("s", "bare", 5, 6);
    CHECK(scene.rows() == Rows{"/ 0 0 0 0 1 5 6", "/own.test 1 4 0 0 0 0 0",
                               "alpha/a.test 2 3 0 0 0 0 0",
                               "alpha/a2.test 1 3 0 0 0 0 0"});
}

TEST_CASE("sponts: a line that comes again counts once, whatever is in front of it")
{
    Scene scene;
    const std::string record =
        "1 delivered to=x@a.test original=\"\" recipients=1 size=9 reply=250";
    scene.count.line(record);
    scene.count.line("<6>" + record);
    scene.count.line("Nov 23 00:17:37 mx smtp-sendd[1]: " + record);
    scene.count.line("2026-11-23T00:17:37+01:00 smtp-sendd " + record);
    CHECK(scene.rows() == Rows{"alpha/ 0 0 1 9 0 0 0"});
    scene.delivered("1", "y@a.test", 1, 9); // another recipient
    scene.delivered("2", "x@a.test", 1, 9); // another message
    CHECK(scene.rows() == Rows{"alpha/ 0 0 3 27 0 0 0"});
}

TEST_CASE("sponts: ten thousand lines twice are ten thousand")
{
    Scene scene;
    for (int turn = 0; turn < 2; ++turn)
        for (int i = 0; i < 10'000; ++i)
            scene.accepted(std::to_string(i), "", "u@a.test", 1);
    CHECK(scene.rows() == Rows{"alpha/ 10000 10000 0 0 0 0 0"});
}

TEST_CASE("sponts: a period has its first instant and not its last")
{
    const Period period{.from = *sponts::time_of_line("2026-11-01T00:00:00+01:00"),
                        .to = *sponts::time_of_line("2026-12-01T00:00:00+01:00")};
    Scene scene(TrafficSums::By::tenant, period);
    int id = 0;
    const auto at = [&](const std::string& front) {
        scene.count.line(front + std::to_string(++id) +
                         " message-accepted login=\"\" size=1 sender=u@a.test first=x");
    };
    at("2026-10-31T23:59:59+01:00 p ");
    at("2026-10-31T22:59:59.999999+0000 mx p[1]: ");
    CHECK(scene.rows().empty());
    at("2026-11-01T00:00:00+01:00 p ");
    at("2026-10-31T23:00:00Z p ");
    at("2026-11-30T23:59:59.999999+01:00 mx p[1]: ");
    at("2026-12-01T00:59:59.5+0200 p ");
    CHECK(scene.rows() == Rows{"alpha/ 4 4 0 0 0 0 0"});
    at("2026-12-01T00:00:00+01:00 p ");
    at("2026-11-30T23:00:00,000+00:00 p ");
    CHECK(scene.rows() == Rows{"alpha/ 4 4 0 0 0 0 0"});
    CHECK(scene.count.without_time() == 0);
    at("");
    at("Nov 23 00:17:37 mx p[1]: ");
    at("2026-11-05T00:00:00 mx p[1]: "); // in no zone
    CHECK(scene.count.without_time() == 3);
    CHECK(scene.rows() == Rows{"alpha/ 4 4 0 0 0 0 0"});
}

TEST_CASE("sponts: the time of a line in its forms")
{
    const li::Time time = 1'795'000'000 * li::second;
    for (const char* const text :
         {"1795000000", "1795000000.000000", "1795000000.999999", "2026-11-18T11:06:40Z",
          "2026-11-18T12:06:40+01:00", "2026-11-18T12:06:40+0100",
          "2026-11-18T12:06:40.123+0100", "2026-11-18T06:36:40,5-0430"})
        CHECK_MESSAGE(sponts::time_of_line(text) == time, text);
    for (const char* const text :
         {"", "x", "-", "1795000000x", "9999999999999999999", "2026-11-18T",
          "2026-11-18T12:06:40", "T", "TTTTTTT", "2026-11-18T12:06:40.5",
          "2026-11-18T12:06:40+1", "2026-13-18T12:06:40Z"})
        CHECK_MESSAGE(!sponts::time_of_line(text), text);
}

TEST_CASE("sponts: lines of others are counted, empty ones are not")
{
    Scene scene;
    for (const char* const text : {"", "Started smtp-relayd.service - x", "i delivered to=",
                                   "- ready listeners=1", "i session-ended"})
        scene.count.line(text);
    scene.count.broken_line();
    CHECK(scene.count.not_understood() == 4);
    CHECK(scene.rows().empty());
}

TEST_CASE("sponts: the table has columns for people, JSON has names for programs")
{
    const std::vector<sponts::TrafficRow> rows = {
        {"", "", {.sessions = 1}},
        {"M\xc3\xbcller\n", "m.test", {.sent_messages = 10, .sent_octets = 123456789012}}};
    CHECK(
        sponts::traffic_table(rows, TrafficSums::By::domain) ==
        "TENANT   DOMAIN  SENT   OCTETS-SENT  RECEIVED  OCTETS-RECEIVED  SESSIONS  "
        "OCTETS-UP  OCTETS-DOWN\n"
        "-        -          0             0         0                0         1  "
        "        0            0\n"
        "M\xc3\xbcller?  m.test    10  123456789012         0                0         0  "
        "        0            0\n");
    CHECK(sponts::traffic_json({rows.data(), 1}, TrafficSums::By::tenant) ==
          R"([{"tenant":"","sent_messages":0,"sent_octets":0,"received_messages":0,)"
          R"("received_octets":0,"sessions":1,"up_octets":0,"down_octets":0}])"
          "\n");
    CHECK(sponts::traffic_json({}, TrafficSums::By::domain) == "[]\n");
    CHECK(sponts::traffic_table({}, TrafficSums::By::tenant).starts_with("TENANT  SENT"));
}
