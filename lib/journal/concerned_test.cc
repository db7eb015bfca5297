// SPDX-License-Identifier: Apache-2.0
// Tests of journal/concerned.h: whose a message is.
#include "db/names.h"
#include "journal/concerned.h"

#include <doctest/doctest.h>
#include <initializer_list>
#include <string>

namespace {

// acme.test is acme's and so on; free.test is ours and has no tenant; all else is
// elsewhere.
std::optional<std::string> owner_of(std::string_view address)
{
    const std::string_view domain = db::halves(address).domain;
    if (domain == "free.test")
        return "";
    for (const char* tenant : {"acme", "foo", "other"})
        if (domain == std::string(tenant) + ".test")
            return tenant;
    return std::nullopt;
}

spool::Envelope mail(const std::string& sender,
                     std::initializer_list<std::string> recipients)
{
    spool::Envelope envelope;
    envelope.sender = sender;
    for (const std::string& one : recipients)
        envelope.recipients.push_back({one, spool::notify_default, ""});
    return envelope;
}

std::string of(const spool::Envelope& envelope)
{
    return db::shown_tenants(db::label_of(journal::tenants_concerned(envelope, owner_of)));
}

const std::string outside = "a@elsewhere.test";

} // namespace

TEST_CASE("journal: a message concerns the tenants of its login and of all its recipients")
{
    CHECK(of(mail(outside, {"a@acme.test", outside})) == "acme");
    CHECK(of(mail(outside, {"a@other.test", "b@acme.test", "c@acme.test"})) ==
          "acme, other");
    auto written = mail("user@acme.test", {"a@foo.test"});
    written.client.login = "user@acme.test";
    CHECK(of(written) == "acme, foo");
    auto aliased = mail(outside, {outside});
    aliased.recipients[0].via = {"alias@foo.test", "list@other.test"};
    CHECK(of(aliased) == "foo, other");
    CHECK(of(mail(outside, {outside, "a@free.test"})).empty());
}

TEST_CASE("journal: a message concerns its sender's tenant only if it is nobody's else")
{
    CHECK(of(mail("a@acme.test", {outside})) == "acme");
    CHECK(of(mail("a@acme.test", {"a@foo.test"})) == "foo");
    CHECK(of(mail("a@acme.test", {"a@free.test"})).empty());
    auto written = mail("a@acme.test", {outside});
    written.client.login = "user@free.test";
    CHECK(of(written).empty());
}

TEST_CASE("journal: what is made of a message concerns the tenants of that one, too")
{
    auto bounce = mail("", {outside});
    bounce.origin = spool::Origin::bounce;
    bounce.concerns = "acme.test elsewhere.test other.test";
    CHECK(of(bounce) == "acme, other");
    // Sent again to others; the sender's, as it was at first.
    auto replay = mail("a@acme.test", {"a@foo.test"});
    replay.origin = spool::Origin::replay;
    replay.concerns = "elsewhere.test";
    CHECK(of(replay) == "acme, foo");
    replay.concerns = "other.test";
    CHECK(of(replay) == "foo, other");
}

TEST_CASE("journal: what was refused concerns recipient and login, or else the sender")
{
    db::JournalRefusal refusal;
    const auto label = [&] {
        return db::shown_tenants(
            db::label_of(journal::tenants_concerned(refusal, owner_of)));
    };
    refusal.sender = "a@acme.test";
    CHECK(label() == "acme");
    refusal.recipient = "a@foo.test";
    CHECK(label() == "foo");
    refusal.peer.login = "u@other.test";
    CHECK(label() == "foo, other");
}
