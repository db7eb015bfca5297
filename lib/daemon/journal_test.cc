// SPDX-License-Identifier: Apache-2.0
// Tests of daemon/journal.h: what [journal] says, and events on their way.
#include "base/file.h"
#include "conf/read.h"
#include "conf/tenant_period.h"
#include "daemon/journal.h"
#include "spool/event_reader.h"
#include "spool/layout.h"
#include "spool/test_spool.h"

#include <algorithm>
#include <doctest/doctest.h>

namespace {

conf::Settings settings_of(const std::string& text)
{
    const conf::Reading reading = conf::read_text(text, "f");
    conf::require_sound(reading);
    return reading.settings;
}

} // namespace

TEST_CASE("daemon: fields of the journal are switched off for some tenants or for all")
{
    const spool::test::TemporarySpool folder;
    const std::string key = folder.path + "/key";
    base::make_file(key, "# a comment\n0123456789abcdef\n", 0600);
    const auto policies = daemons::journal_policies(
        settings_of("[journal]\nno-subjects = acme\nno-attachment-names = *\n"
                    "pseudonyms = acme other\npseudonym-key-file = " +
                    key + "\n")
            .journal);
    CHECK(policies.of("").subjects);
    CHECK_FALSE(policies.of("").attachment_names);
    CHECK(policies.of("").pseudonym_key.empty());
    CHECK_FALSE(policies.of("acme").subjects);
    CHECK_FALSE(policies.of("acme").attachment_names);
    CHECK(policies.of("acme").pseudonym_key == "0123456789abcdef");
    CHECK(policies.of("other").subjects);
    CHECK_FALSE(policies.of("other").attachment_names);
    CHECK(policies.of("other").pseudonym_key == "0123456789abcdef");
}

TEST_CASE("daemon: the journal keeps each kind as long as [journal] says")
{
    constexpr std::int64_t day = 86'400'000'000;
    constexpr std::int64_t now = 1000 * day;
    const auto rules = daemons::retention_rules(
        settings_of("[journal]\nretention = 10d\nrefusal-retention = 9d\n"
                    "login-retention = 8d\ntenant-retention = acme=1d other/logins=2d\n")
            .journal,
        now);
    const auto before = [&](db::RetentionKind kind, std::optional<std::string> tenant) {
        const auto found = std::ranges::find_if(rules, [&](const db::RetentionRule& one) {
            return one.kind == kind && one.tenant == tenant;
        });
        return found == rules.end() ? -1 : (now - found->before) / day;
    };
    using db::RetentionKind;
    CHECK(rules.size() == 7);
    CHECK(before(RetentionKind::messages, {}) == 10);
    CHECK(before(RetentionKind::refusals, {}) == 9);
    CHECK(before(RetentionKind::logins, {}) == 8);
    CHECK(before(RetentionKind::messages, "acme") == 1);
    CHECK(before(RetentionKind::refusals, "acme") == 1);
    CHECK(before(RetentionKind::logins, "acme") == 1);
    CHECK(before(RetentionKind::logins, "other") == 2);
    CHECK(before(RetentionKind::messages, "other") == -1);
}

TEST_CASE("conf: periods of tenants")
{
    const auto whole = conf::parse_tenant_period("a/b=c=2d");
    REQUIRE(whole);
    CHECK(whole->tenant == "a/b=c");
    CHECK_FALSE(whole->kind);
    CHECK(whole->seconds == 172'800);
    const auto kind = conf::parse_tenant_period("a/refusals=1h");
    REQUIRE(kind);
    CHECK(kind->tenant == "a");
    CHECK(kind->kind == db::RetentionKind::refusals);
    for (const char* bad : {"", "a", "=1d", "a=", "a=x", "a=0", "/logins=1d"})
        CHECK_FALSE_MESSAGE(conf::parse_tenant_period(bad), bad);
}

TEST_CASE("daemon: what is logged is reported where there is a journal, whatever the level")
{
    const spool::test::TemporarySpool spool;
    const spool::test::QuietLog quiet;
    const std::string general = "[general]\nspool = " + spool.path + "\n";
    const auto report = [](const conf::Settings& settings) {
        confine::Rights rights;
        daemons::may_report(rights, settings);
        const daemons::EventReport reporting(settings, "test");
        base::log(base::Level::info, "delivered", "i", {{"to", "a@b.example"}});
        base::log(base::Level::info, "ready", "-");
        return rights.write.size();
    };
    CHECK(report(settings_of(general)) == 0);
    CHECK(spool::event_files(spool::events_directory(spool.path)).empty());
    CHECK(report(settings_of(general + "[queue]\nfree-space = 0\n"
                                       "[journal]\nenabled = yes\n")) == 1);
    base::log(base::Level::info, "delivered", "i"); // nobody takes that
    const auto files = spool::event_files(spool::events_directory(spool.path));
    REQUIRE(files.size() == 1);
    spool::EventReader reader(spool::events_directory(spool.path), files.front());
    CHECK(reader.next()->text == "i delivered to=a@b.example");
    CHECK_FALSE(reader.next());
}
