// SPDX-License-Identifier: Apache-2.0
// Tests of daemon/tenants.h: whose a message is, and how long it stays in the ring for
// that.
#include "base/failure.h"
#include "conf/read.h"
#include "daemon/tenants.h"
#include "db/admin.h"
#include "db/exchange.h"
#include "db/fixture_test.h"

#include <doctest/doctest.h>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace {

constexpr std::int64_t hour = 3600;

conf::Queue queue_of(const std::string& text)
{
    const conf::Reading reading = conf::read_text("[queue]\n" + text, "f");
    conf::require_sound(reading);
    return reading.settings.queue;
}

spool::Envelope mail(const std::string& sender, const std::vector<std::string>& recipients)
{
    spool::Envelope envelope;
    envelope.sender = sender;
    for (const std::string& one : recipients)
        envelope.recipients.push_back({one, spool::notify_default, ""});
    return envelope;
}

} // namespace

TEST_CASE("daemon: a message stays in the ring for the longest period of its tenants")
{
    const db::testing::Fixture fixture;
    (void)db::import_csv(fixture.path, "tenants", "name\nacme\nfoo\nother\n");
    (void)db::import_csv(fixture.path, "domains",
                         "name,tenant\nacme.test,acme\nfoo.test,foo\nother.test,other\n"
                         "free.test,\n");
    const auto periods = daemons::ring_periods(
        queue_of("retention = 9d\ntenant-retention = acme=2h foo=1h\n"), fixture.path);
    REQUIRE(periods);
    CHECK(periods->shortest == hour);
    const auto of = [&](const spool::Envelope& one) { return periods->period_of(one); };
    const std::string outside = "a@elsewhere.test";
    CHECK(of(mail(outside, {"a@ACME.test"})) == 2 * hour);
    CHECK(of(mail(outside, {"a@foo.test", outside})) == hour);
    CHECK(of(mail(outside, {"a@foo.test", "b@acme.test"})) == 2 * hour);
    CHECK(of(mail("a@acme.test", {outside})) == 2 * hour);
    // Of a sender only when nobody else has a tenant: anybody can write such an address.
    CHECK(of(mail("a@acme.test", {"a@foo.test"})) == hour);
    CHECK(of(mail("", {"a@foo.test"})) == hour);
    // What comes to a domain of ours is no sender's, though nobody's tenant has it.
    CHECK(of(mail("a@acme.test", {"a@free.test"})) == std::nullopt);
    CHECK(of(mail("a@acme.test", {outside, "a@FREE.test"})) == std::nullopt);
    spool::Envelope aliased = mail("a@acme.test", {outside});
    aliased.recipients[0].via = {"alias@free.test"};
    CHECK(of(aliased) == std::nullopt);
    spool::Envelope written = mail("a@acme.test", {outside});
    written.client.login = "user@free.test";
    CHECK(of(written) == std::nullopt);
    // It is also that domain's mail: no tenant's period takes it from the others.
    CHECK(of(mail(outside, {"a@foo.test", "a@free.test"})) == std::nullopt);
    CHECK(of(mail(outside, {"a@free.test", "a@acme.test"})) == std::nullopt);
    spool::Envelope renamed = mail(outside, {"a@acme.test"});
    renamed.recipients[0].via = {"alias@free.test"};
    CHECK(of(renamed) == std::nullopt);
    spool::Envelope sent = mail(outside, {"a@acme.test"});
    sent.client.login = "user@free.test";
    CHECK(of(sent) == std::nullopt);
    // Of nobody, and of a tenant without a period.
    CHECK(of(mail(outside, {"a@free.test"})) == std::nullopt);
    CHECK(of(mail(outside, {outside})) == std::nullopt);
    CHECK(of(mail(outside, {"a@acme.test", "b@other.test"})) == std::nullopt);
    spool::Envelope submitted = mail(outside, {outside});
    submitted.client.login = "user@foo.test";
    CHECK(of(submitted) == hour);
    spool::Envelope forwarded = mail(outside, {outside});
    forwarded.recipients[0].via = {"alias@foo.test"};
    CHECK(of(forwarded) == hour);
    // What was made of mail to foo has it in it.
    spool::Envelope bounce = mail("", {outside});
    CHECK(of(bounce) == std::nullopt);
    bounce.concerns = "elsewhere.test foo.test";
    CHECK(of(bounce) == hour);
}

TEST_CASE("daemon: without a ring, or without periods, nothing leaves early")
{
    CHECK(daemons::ring_periods(queue_of("retention = 9d\n"), "/nonexistent") == nullptr);
    CHECK(daemons::ring_periods(conf::Queue{}, "/nonexistent") == nullptr);
}

TEST_CASE("daemon: whose a message is cannot be said without the database")
{
    const auto periods = daemons::ring_periods(
        queue_of("retention = 9d\ntenant-retention = acme=2h\n"), "/nonexistent/sponts.db");
    CHECK_THROWS_AS((void)periods->period_of(mail("", {"a@acme.test"})), base::Failure);
}
