// SPDX-License-Identifier: Apache-2.0
#include "tap/queue_witness.h"
#include "tap/stage_test.h"

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
    CHECK(witness.concerns(envelope("anna@example.de", two)));
    CHECK(witness.concerns(envelope("x@example.org", with_anna)));
    CHECK_FALSE(witness.concerns(envelope("x@example.org", two)));
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
    const Texts expanded = {"anna@example.de", "info@example.de"};
    witness.forwarded(envelope("x@example.org", {"anna@example.de", "info@example.de"}),
                      "ID1", expanded, {"anna@elsewhere.example"}, "ID2");
    const std::vector<Captured> all = stage.captured();
    REQUIRE(all.size() == 1);
    CHECK(all[0].event.recipients == Texts{"anna@example.de"});
    CHECK(all[0].event.forward_chain == Texts{"anna@elsewhere.example"});
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
