// SPDX-License-Identifier: Apache-2.0
// What a report's envelope says, and who gets none.
#include "delivery/reporter.h"
#include "net/test_support.h"
#include "spool/queue_fixture_test.h"
#include "spool/test_spool.h"
#include "tap/stage_test.h"

#include <doctest/doctest.h>
#include <memory>
#include <string>
#include <vector>

namespace {

using delivery::Attempt;
using delivery::AttemptPtr;

net::Task<void> ask(delivery::Reporter& reporter, AttemptPtr attempt, bool& told)
{
    std::vector<delivery::Settled> failed(1);
    failed[0].state = spool::RecipientState::failed;
    failed[0].reason = "mx.test: 550 no";
    told = co_await reporter.report(attempt, smtp::Action::failed, failed, 0);
}

struct InTheLog {
    spool::Envelope envelope;
    std::string text;
};

// Writes a message with this envelope, lets it fail; what is in the log behind it.
std::vector<InTheLog> written_of(spool::Envelope envelope, bool uidl = false,
                                 const tap::QueueWitness* witness = nullptr)
{
    spool::TestSpool spool;
    net::Loop loop;
    std::vector<InTheLog> out;
    spool::Queue queue(spool.options());
    {
        spool::Writer writer(spool.writer_options());
        spool::Draft draft = writer.begin();
        draft.append("Subject: x\r\n\r\ntext\r\n");
        const auto written = writer.commit_and_wait(std::move(draft), envelope);
        REQUIRE(written.has_value());
        spool::read_log(queue);
        spool::Reader reader(spool.directory());
        delivery::MessageSource source(queue, reader);
        delivery::ReportOptions options{"gw.test", "postmaster@gw.test", true};
        options.uidl = uidl;
        delivery::Reporter reporter(loop, writer, source, options);
        reporter.watched_by(witness);
        auto attempt = std::make_shared<Attempt>();
        attempt->id = written->id;
        attempt->where = written->location;
        attempt->message.envelope = std::move(envelope);
        bool told = false;
        net::test::run(loop, ask(reporter, attempt, told));
        CHECK(told);
        (void)queue.poll_log(100, [&](const auto&, const spool::Found& one) {
            out.push_back({one.envelope, spool::test::read_message(reader, one.where)});
        });
    }
    return out;
}

std::vector<spool::Envelope> reports_of(const spool::Envelope& envelope)
{
    std::vector<spool::Envelope> out;
    for (const InTheLog& one : written_of(envelope))
        out.push_back(one.envelope);
    return out;
}

spool::Envelope from(std::string sender)
{
    spool::Envelope out;
    out.arrival = 1700000000000000;
    out.sender = std::move(sender);
    out.recipients = {{"bob@b.test", spool::notify_default, {}}};
    return out;
}

} // namespace

TEST_CASE("delivery: a report is always sent with its dots doubled")
{
    spool::Envelope envelope = from("alice@a.test");
    envelope.dot_lines = false;
    const auto reports = reports_of(envelope);
    REQUIRE(reports.size() == 1);
    CHECK(reports[0].dot_lines);
    CHECK(reports[0].sender.empty());
    CHECK(reports[0].recipients[0].address == "alice@a.test");
}

TEST_CASE("delivery: a report concerns those whom the message did")
{
    spool::Envelope envelope = from("alice@far.test");
    envelope.client.login = "user@login.test";
    envelope.recipients.push_back({"carl@c.test", spool::notify_default, {}});
    envelope.concerns = "made.test";
    const auto reports = reports_of(envelope);
    REQUIRE(reports.size() == 1);
    CHECK(reports[0].concerns == "b.test c.test login.test made.test");
}

TEST_CASE("delivery: a bounce that fails goes to the postmaster once, and no further")
{
    spool::Envelope bounce = from("");
    bounce.origin = spool::Origin::bounce;
    const auto reports = reports_of(bounce);
    REQUIRE(reports.size() == 1);
    CHECK(reports[0].recipients[0].address == "postmaster@gw.test");

    spool::Envelope to_postmaster = bounce;
    to_postmaster.recipients[0].address = "Postmaster@gw.test";
    CHECK(reports_of(to_postmaster).empty());

    spool::Envelope sent_on = bounce; // what an addresses row makes of the former
    sent_on.origin = spool::Origin::forward;
    CHECK(reports_of(sent_on).empty());
}

TEST_CASE("delivery: a report has its own id in front, and the witness sees what is stored")
{
    for (const bool uidl : {false, true}) {
        CAPTURE(uidl);
        tap::test::Stage stage({{"alice@a.test", tap::test::target(1)}});
        const tap::QueueWitness witness(stage.tap());
        const auto written = written_of(from("alice@a.test"), uidl, &witness);
        REQUIRE(written.size() == 1);
        const std::string& text = written[0].text;
        CHECK(text.contains("X-UIDL: ") == uidl);
        CHECK(text.starts_with("X-UIDL: " + written[0].envelope.id.text() + "\r\n") ==
              uidl);
        const std::vector<tap::test::Captured> told = stage.captured();
        REQUIRE(told.size() == 1);
        CHECK(told[0].content == text);
    }
}
