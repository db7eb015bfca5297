// SPDX-License-Identifier: Apache-2.0
#include "tap/queue_witness.h"
#include "tap/stage_test.h"

#include <array>
#include <span>

using li::Status;
using li::What;
using tap::test::Captured;
using tap::test::Stage;
using tap::test::target;
using Texts = std::vector<std::string>;

namespace {

spool::Envelope envelope(const std::string& sender, const Texts& recipients)
{
    spool::Envelope made;
    made.sender = sender;
    for (const std::string& one : recipients)
        made.recipients.push_back({.address = one, .notify = 0, .orcpt = {}});
    return made;
}

tap::Leg leg_to(const Texts& recipients, Status status)
{
    return {
        .recipients = recipients,
        .status = status,
        .cause = {.layer = "protocol", .code = "250", .enhanced = "2.0.0", .text = "ok"},
        .relay = "mx.example[2001:db8::1]:25",
        .tls = "TLSv1.3"};
}

tap::Content content(Stage& stage, std::string_view text)
{
    auto made = stage.tap().new_content();
    made->append(text);
    return made;
}

constexpr std::array<std::uint32_t, 1> first = {0}; // places in an envelope
constexpr std::array<std::uint32_t, 2> both = {0, 1};

} // namespace

TEST_CASE("tap: legs of the target's mail name all recipients, of others' only the target")
{
    Stage stage({{"anna@example.de", target(1)}});
    const tap::QueueWitness witness(stage.tap());
    const Texts two = {"bob@example.org", "carl@example.org"};
    witness.leg(envelope("anna@example.de", two), "ID1", leg_to(two, Status::succeeded));
    const Texts with_anna = {"bob@example.org", "anna@example.de"};
    witness.leg(envelope("x@example.org", with_anna), "ID2",
                leg_to(with_anna, Status::failed));
    witness.leg(envelope("x@example.org", two), "ID3", leg_to(two, Status::succeeded));
    CHECK(witness.concerns(envelope("anna@example.de", two), first));
    CHECK(witness.concerns(envelope("x@example.org", with_anna), both));
    CHECK_FALSE(witness.concerns(envelope("x@example.org", with_anna), first));
    CHECK_FALSE(witness.concerns(envelope("x@example.org", two), both));
    const std::vector<Captured> all = stage.captured();
    REQUIRE(all.size() == 2);
    CHECK(all[0].event.what == What::forwarded);
    CHECK(all[0].event.recipients == two);
    CHECK(all[0].event.server == li::Endpoint{"2001:db8::1", 25});
    CHECK(all[0].event.queue_id == "ID1");
    CHECK(all[0].event.leg == "out");
    CHECK(all[1].event.recipients == Texts{"anna@example.de"});
    CHECK(all[1].event.total_recipients == 2);
    CHECK(all[1].event.status == Status::failed);
}

TEST_CASE("tap: a leg of mail that the target sends to itself is told once")
{
    Stage stage({{"anna@example.de", target(1)}});
    const tap::QueueWitness witness(stage.tap());
    const Texts two = {"bob@example.org", "anna@example.de"};
    witness.leg(envelope("anna@example.de", two), "ID1", leg_to(two, Status::succeeded));
    const std::vector<Captured> all = stage.captured();
    REQUIRE(all.size() == 1);
    CHECK(all[0].event.recipients == two);
}

TEST_CASE("tap: mail that is sent again to the target comes once more (S13)")
{
    Stage stage({{"anna@example.de", target(1)}, {"info@example.de", target(2, false)}});
    const tap::QueueWitness witness(stage.tap());
    const auto text = [&stage] {
        return content(stage, "Message-ID: <m@x>\r\n\r\nhello\r\n");
    };
    spool::Envelope again =
        envelope("x@example.org", {"b@x.test", "Anna@example.de", "info@example.de"});
    again.origin = spool::Origin::replay;
    again.parent = spool::MessageId(7);
    witness.replayed(again, "ID2", text);
    again.recipients.resize(1);
    witness.replayed(again, "ID3", text);
    const std::vector<Captured> all = stage.captured();
    REQUIRE(all.size() == 2);
    CHECK(all[0].event.what == What::received);
    CHECK(all[0].event.status == Status::succeeded);
    CHECK(all[0].event.recipients == Texts{"Anna@example.de"});
    CHECK(all[0].event.total_recipients == 3);
    CHECK(all[0].event.queue_id == "ID2");
    CHECK(all[0].event.duplicate_of == spool::MessageId(7).text());
    CHECK(all[0].event.message_id == "<m@x>");
    CHECK(all[0].event.direction == li::Direction::to_target);
    CHECK(all[0].content);
    CHECK(all[1].event.recipients == Texts{"info@example.de"});
    CHECK_FALSE(all[1].content);
}

TEST_CASE("tap: what is sent again is not the doing of its sender (S7)")
{
    Stage stage({{"anna@example.de", target(1)}, {"bob@example.de", target(2)}});
    const tap::QueueWitness witness(stage.tap());
    const Texts two = {"bob@example.de", "carl@example.org"};
    spool::Envelope again = envelope("anna@example.de", two);
    again.client.login = "anna@example.de";
    again.origin = spool::Origin::replay;
    spool::Envelope made_of_it = again;
    made_of_it.origin = spool::Origin::forward;
    made_of_it.replayed = true;
    constexpr std::array<std::uint32_t, 1> second = {1};
    for (const spool::Envelope& one : {again, made_of_it}) {
        CHECK(witness.concerns(one, both));
        CHECK_FALSE(witness.concerns(one, second));
        witness.leg(one, "ID2", leg_to(two, Status::succeeded));
    }
    const std::vector<Captured> all = stage.captured();
    REQUIRE(all.size() == 2);
    for (const Captured& one : all) {
        CHECK(one.event.measure == tap::test::handle(2));
        CHECK(one.event.recipients == Texts{"bob@example.de"});
    }
}

TEST_CASE("tap: who logged in counts as the sender of queued mail")
{
    Stage stage({{"anna@example.de", target(1)}});
    const tap::QueueWitness witness(stage.tap());
    spool::Envelope by_anna = envelope("other@example.org", {"bob@example.org"});
    by_anna.client.login = "Anna@example.de";
    witness.leg(by_anna, "ID1", leg_to({"bob@example.org"}, Status::unknown));
    CHECK(stage.captured().size() == 1);
}

TEST_CASE("tap: forwards of the target's mail tell where it goes (S8)")
{
    Stage stage({{"anna@example.de", target(1)}});
    const tap::QueueWitness witness(stage.tap());
    spool::Envelope others;
    others.recipients = {
        {"anna@elsewhere.example", 0, "", {"list@example.de", "anna@example.de"}},
        {"info@private.example", 0, "", {"list@example.de", "info@example.de"}}};
    const spool::Envelope before = envelope("x@example.org", {"list@example.de"});
    witness.forwarded(before, "ID1", others.recipients, "ID2");
    const std::vector<Captured> all = stage.captured();
    REQUIRE(all.size() == 1);
    CHECK(all[0].event.recipients == Texts{"anna@example.de"});
    CHECK(all[0].event.forward_chain == Texts{"anna@elsewhere.example"});
    CHECK_FALSE(all[0].content);
}

TEST_CASE("tap: mail that a list leads to the target is its mail, once (S5, S8)")
{
    Stage stage({{"anna@example.de", target(1)},
                 {"list@example.de", target(2)},
                 {"info@example.de", target(3, false)}});
    const tap::QueueWitness witness(stage.tap());
    spool::Envelope after;
    after.recipients = {
        {"anna@example.de", 0, "", {"list@example.de"}},
        {"info@store.example", 0, "", {"list@example.de", "info@example.de"}}};
    spool::Envelope before = envelope("x@example.org", {"list@example.de"});
    before.client.address = "192.0.2.7";
    std::vector<li::Handle> had;
    witness.passed_on(before, "ID1", witness.gains(before, after.recipients, had), "ID2",
                      content(stage, "Message-ID: <1@x>\r\n\r\nhi\r\n"));
    // Nor is it their mail once more where it becomes a second message.
    CHECK(witness.gains(before, after.recipients, had).empty());
    // Who was named as well has had it.
    before.recipients.push_back({"anna@example.de", 0, ""});
    before.recipients.push_back({"INFO@example.de", 0, ""});
    had.clear();
    CHECK(witness.gains(before, after.recipients, had).empty());
    const std::vector<Captured> all = stage.captured();
    REQUIRE(all.size() == 2);
    CHECK(all[0].event.what == What::received);
    CHECK(all[0].event.measure == tap::test::handle(1));
    CHECK(all[0].event.recipients == Texts{"anna@example.de"});
    CHECK(all[0].event.forward_chain == Texts{"list@example.de"});
    CHECK(all[0].event.client.address == "192.0.2.7");
    CHECK(all[0].event.message_id == "<1@x>");
    CHECK(all[0].content == "Message-ID: <1@x>\r\n\r\nhi\r\n");
    CHECK(all[1].event.measure == tap::test::handle(3));
    CHECK(all[1].event.recipients == Texts{"info@example.de"});
    CHECK_FALSE(all[1].content);
}

TEST_CASE("tap: legs of what was forwarded: the target's own way, nobody else's (S7)")
{
    Stage stage({{"anna@example.de", target(1)}, {"bob@example.de", target(2)}});
    const tap::QueueWitness witness(stage.tap());
    spool::Envelope forward = envelope("bob@example.de", {});
    forward.origin = spool::Origin::forward;
    forward.parent = spool::MessageId(7);
    forward.recipients = {
        {"anna@private.example", 0, "", {"list@example.de", "anna@example.de"}},
        {"carl@private.example", 0, "", {"list@example.de"}}};
    CHECK(witness.concerns(forward, first));
    witness.leg(
        forward, "ID2",
        leg_to({"anna@private.example", "carl@private.example"}, Status::succeeded));
    const std::vector<Captured> all = stage.captured();
    REQUIRE(all.size() == 2);
    CHECK(all[0].event.measure == tap::test::handle(2)); // who sent it to the list
    CHECK(all[0].event.recipients == Texts{"list@example.de"});
    CHECK(all[0].event.server == li::Endpoint{});
    CHECK(all[0].event.cause.text.empty());
    CHECK(all[1].event.measure == tap::test::handle(1));
    CHECK(all[1].event.recipients == Texts{"anna@private.example"});
    CHECK(all[1].event.forward_chain == Texts{"anna@private.example"});
    CHECK(all[1].event.matched == "anna@example.de");
    CHECK(all[1].event.session == all[0].event.session);
    CHECK(all[1].event.session.ends_with(spool::MessageId(7).text()));
}

TEST_CASE("tap: where several ways lead to one address, each is told (S5, S7, S8)")
{
    Stage stage({{"anna@example.de", target(1)}, {"bob@example.de", target(2)}});
    const tap::QueueWitness witness(stage.tap());
    const spool::Envelope before =
        envelope("x@example.org", {"list@example.de", "bob@example.de"});
    spool::Envelope forward = before;
    forward.origin = spool::Origin::forward;
    forward.recipients = {
        {"carl@private.example",
         0,
         "",
         {"list@example.de", "anna@example.de", "carl@private.example", "bob@example.de"}}};
    witness.forwarded(before, "ID1", forward.recipients, "ID2");
    std::vector<li::Handle> had;
    witness.passed_on(before, "ID1", witness.gains(before, forward.recipients, had), "ID2",
                      content(stage, "\r\n"));
    CHECK(witness.concerns(forward, first));
    witness.leg(forward, "ID2", leg_to({"carl@private.example"}, Status::succeeded));
    const std::vector<Captured> all = stage.captured();
    REQUIRE(all.size() == 5);
    for (const std::size_t n : {0u, 1u, 3u, 4u}) // S8, S7
        CHECK(all[n].event.forward_chain == Texts{"carl@private.example"});
    CHECK(all[0].event.matched == "anna@example.de");
    CHECK(all[1].event.matched == "bob@example.de");
    CHECK(all[2].event.what == What::received);
    CHECK(all[2].event.matched == "anna@example.de");
    CHECK(all[2].event.forward_chain == Texts{"list@example.de"});
    CHECK(all[3].event.matched == "anna@example.de");
    CHECK(all[4].event.matched == "bob@example.de");
}

TEST_CASE("tap: a sender hears of all that it has named, by whatever ways (S7)")
{
    Stage stage({{"anna@example.de", target(1)}});
    const tap::QueueWitness witness(stage.tap());
    spool::Envelope forward = envelope("anna@example.de", {});
    const std::string carl = "carl@example.org";
    forward.recipients = {{carl, 0, "", {"list@example.de", carl, "bob@example.de"}}};
    witness.leg(forward, "ID2", leg_to({carl}, Status::succeeded));
    forward.recipients = {{carl, 0, "", {"list@example.de", carl}}}; // and named itself
    witness.leg(forward, "ID2", leg_to({carl}, Status::succeeded));
    const std::vector<Captured> all = stage.captured();
    REQUIRE(all.size() == 2);
    CHECK(all[0].event.recipients == Texts{"list@example.de", "bob@example.de"});
    CHECK(all[0].event.server == li::Endpoint{});
    CHECK(all[1].event.recipients == Texts{"list@example.de", carl});
    CHECK(all[1].event.server != li::Endpoint{});
}

TEST_CASE("tap: mail that is passed on and cannot be read is told as lost content")
{
    Stage stage({{"anna@example.de", target(1)}});
    const tap::QueueWitness witness(stage.tap());
    const spool::Envelope list = envelope("x@example.org", {"list@example.de"});
    spool::Recipient anna;
    anna.address = "anna@example.de";
    anna.via = {"list@example.de"};
    std::vector<li::Handle> had;
    witness.passed_on(list, "ID1", witness.gains(list, std::span(&anna, 1), had), "ID2",
                      content(stage, ""));
    const std::vector<Captured> all = stage.captured();
    REQUIRE(all.size() == 1);
    CHECK(all[0].event.content_lost == "disk");
    CHECK(all[0].event.direction == li::Direction::none);
    CHECK_FALSE(all[0].content);
}

TEST_CASE("tap: notices to the target are mail for it, with their text (S9)")
{
    Stage stage({{"anna@example.de", target(1)}});
    const tap::QueueWitness witness(stage.tap());
    CHECK(witness.wants("ANNA@example.de"));
    CHECK_FALSE(witness.wants("bob@example.de"));
    const spool::Envelope about = envelope("anna@example.de", {"bob@example.org"});
    const std::string text = "Message-ID: <n@x>\r\n\r\nfailed\r\n";
    witness.notice(about, "ID1", "anna@example.de", "ID2", text);
    witness.notice(about, "ID1", "bob@example.de", "ID3", text);
    const std::vector<Captured> all = stage.captured();
    REQUIRE(all.size() == 1);
    CHECK(all[0].event.what == What::received);
    CHECK(all[0].event.sender.empty());
    CHECK(all[0].event.queue_id == "ID1");
    CHECK(all[0].event.message_id == "<n@x>");
    CHECK(all[0].content == text);
}
