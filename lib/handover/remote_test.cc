// SPDX-License-Identifier: Apache-2.0
#include "handover/file_courier.h"

#include <doctest/doctest.h>

using namespace handover;
using li::Method;

TEST_CASE("handover: a URL names host and file, whatever is in them")
{
    struct Row {
        Method method;
        li::Peer peer;
        const char* directory;
        const char* url;
    };
    const Row rows[] = {
        {Method::ftp, {"192.0.2.1", 0}, "", "ftp://192.0.2.1:21/N"},
        {Method::ftp, {"192.0.2.1", 2121}, "in", "ftp://192.0.2.1:2121/in/N"},
        {Method::ftps, {"2001:db8::1", 21}, "/in/x/", "ftp://[2001:db8::1]:21/%2Fin/x/N"},
        {Method::ftp, {"h", 0}, "/", "ftp://h:21/%2FN"},
        {Method::ftp, {"h", 0}, "a b#?%\xc3\xa4;", "ftp://h:21/a%20b%23%3F%25%C3%A4%3B/N"},
        {Method::ftp, {"u@h/x", 0}, "", "ftp://u%40h%2Fx:21/N"},
        {Method::sftp, {"h", 0}, "in", "sftp://h:22/~/in/N"},
        {Method::sftp, {"h", 0}, "/in", "sftp://h:22/in/N"},
        {Method::sftp, {"h", 0}, "", "sftp://h:22/~/N"},
    };
    for (const Row& row : rows)
        CHECK(url_of(row.method, row.peer, row.directory, "N") == row.url);
}

TEST_CASE("handover: a destination that would smuggle commands is refused without a call")
{
    li::Destination good;
    good.peer = {"127.0.0.1", 1};
    CHECK(wrong_target(good).empty());
    good.directory = "a/..b/c..";
    CHECK(wrong_target(good).empty());
    for (const char* directory : {"..", "a/..", "../a", "a/../b", "a\nDELE b", "a\x7f"}) {
        li::Destination bad = good;
        bad.directory = directory;
        CHECK_FALSE(wrong_target(bad).empty());
        const auto courier = make_file_courier(bad, {});
        const Outcome outcome = courier->deliver({1, Contents::events, "N", "x"}, {}, {});
        CHECK(outcome.result == Outcome::Result::refused);
        CHECK(outcome.step == Step::queued);
        CHECK_FALSE(courier->reconcile({1, Contents::events, "N", "x"}, {}));
    }
    li::Destination bad = good;
    bad.password = "a\rb";
    CHECK_FALSE(wrong_target(bad).empty());
    bad = good;
    bad.peer.host.clear();
    CHECK_FALSE(wrong_target(bad).empty());
}

TEST_CASE("handover: SFTP needs a key of the server's, and stopping stops")
{
    li::Destination where;
    where.method = Method::sftp;
    where.peer = {"127.0.0.1", 1};
    where.standby = {{"127.0.0.1", 2}};
    const std::vector<Outcome> answers = make_file_courier(where, {})->probe({});
    REQUIRE(answers.size() == 2);
    CHECK(answers[0].result == Outcome::Result::refused);
    CHECK(answers[1].result == Outcome::Result::refused);
    CHECK(answers[1].peer == "127.0.0.1:2");
    where.method = Method::ftp;
    std::stop_source stop;
    stop.request_stop();
    const Outcome outcome = make_file_courier(where, {})->deliver(
        {1, Contents::events, "N", "x"}, {}, stop.get_token());
    CHECK(outcome.result == Outcome::Result::later);
    CHECK(outcome.trouble == "stopped");
}
