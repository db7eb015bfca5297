// SPDX-License-Identifier: Apache-2.0
#include "delivery/control.h"
#include "delivery/marks.h"
#include "spool/queue_fixture_test.h"

#include <doctest/doctest.h>
#include <string>
#include <vector>

namespace {

using delivery::ControlAnswer;
using delivery::ControlRequest;
using spool::MessageId;

const MessageId one(spool::Location{0x123456789, 0x10});
const MessageId two(spool::Location{0x123456789, 0x20});

std::string answer(spool::Queue& queue, const std::string& line,
                   const delivery::ControlHooks& hooks = {})
{
    return delivery::answer_line(line, queue, hooks);
}

} // namespace

TEST_CASE("delivery: a request is the same after its line was read")
{
    using What = ControlRequest::What;
    std::vector<ControlRequest> requests = {{What::active, {}, {}, {}},
                                            {What::etrn, {}, "example.org", {}}};
    for (const What what : {What::hold, What::release, What::retry, What::requeue,
                            What::remove, What::expire})
        requests.push_back({what, {one, two}, {}, {}});
    requests.push_back({What::withdraw, {one}, {}, {0, 7, 4294967295}});
    for (const ControlRequest& request : requests) {
        const std::string line = delivery::format_request(request);
        CAPTURE(line);
        CHECK(delivery::parse_request(line) == request);
        for (std::size_t length = 0; length < line.size(); ++length)
            (void)delivery::parse_request(line.substr(0, length));
    }
}

TEST_CASE("delivery: requests that cannot be are refused with a reason")
{
    const std::string id = one.text();
    const std::string bad[] = {"",
                               "holds " + id,
                               "hold",
                               "hold ",
                               "hold x",
                               "hold " + id + "  " + id,
                               "active now",
                               "etrn",
                               "etrn a b",
                               "etrn a\tb",
                               "HOLD " + id,
                               "withdraw",
                               "withdraw 0",
                               "withdraw " + id,
                               "withdraw " + id + " ",
                               "withdraw " + id + " x",
                               "withdraw " + id + " -1",
                               "withdraw " + id + " 4294967296",
                               "withdraw " + id + ' ' + id,
                               "etrn " + std::string(256, 'x'),
                               "hold " + std::string(delivery::max_control_line, 'x')};
    for (const std::string& line : bad) {
        CAPTURE(line);
        const auto request = delivery::parse_request(line);
        REQUIRE_FALSE(request.has_value());
        CHECK_FALSE(request.error().empty());
    }
    std::string many = "hold";
    for (std::size_t i = 0; i <= delivery::max_control_ids; ++i)
        many += ' ' + id;
    CHECK_FALSE(delivery::parse_request(many).has_value());
    many = "withdraw " + id;
    for (std::size_t i = 0; i <= delivery::max_control_ids; ++i)
        many += " 1";
    CHECK_FALSE(delivery::parse_request(many).has_value());
}

TEST_CASE("delivery: an answer is the same after its line was read")
{
    using What = ControlAnswer::What;
    const std::vector<ControlAnswer> answers = {
        {.what = What::ok, .id = one},     {.what = What::unknown, .id = one},
        {.what = What::held, .id = one},   {.what = What::active, .id = one},
        {.what = What::end, .count = 712}, {.what = What::error, .text = "not a request"}};
    for (const ControlAnswer& one_answer : answers) {
        std::string line;
        delivery::append_answer(line, one_answer);
        REQUIRE(line.ends_with('\n'));
        line.pop_back();
        CHECK(delivery::parse_answer(line) == one_answer);
    }
    for (const char* bad : {"", "end", "end x", "end 1 2", "ok", "0123456789012", "x ok"})
        CHECK_FALSE(delivery::parse_answer(bad).has_value());
    CHECK_FALSE(delivery::parse_answer(one.text() + " end").has_value());
    CHECK_FALSE(delivery::parse_answer(one.text() + " okay").has_value());
}

TEST_CASE("delivery: operators change the queue, and are told about each message")
{
    const spool::TestSpool spool;
    spool::Writer writer(spool.writer_options());
    const MessageId first = spool.add(writer, 1);
    const MessageId second = spool.add(writer, 1);
    spool::Queue queue(spool.options());
    spool::read_log(queue);
    std::vector<MessageId> changed;
    delivery::ControlHooks hooks;
    hooks.active = [&](MessageId id) { return id == second; };
    hooks.all_active = [&] { return std::vector{second}; };
    hooks.changed = [&](MessageId id) { changed.push_back(id); };
    const std::string both = ' ' + first.text() + ' ' + second.text();

    CHECK(answer(queue, "active", hooks) == second.text() + " active\nend 1\n");
    CHECK(answer(queue, "hold" + both, hooks) ==
          first.text() + " ok\n" + second.text() + " ok\nend 2\n");
    CHECK(changed == std::vector{first, second});
    CHECK(queue.find(first)->held());
    CHECK(answer(queue, "retry " + first.text(), hooks) == first.text() + " held\nend 0\n");
    CHECK(answer(queue, "release" + both + "\r", hooks) ==
          first.text() + " ok\n" + second.text() + " ok\nend 2\n");
    CHECK(answer(queue, "expire" + both, hooks) ==
          first.text() + " ok\n" + second.text() + " active\nend 1\n");
    CHECK(queue.find(first)->expire_requested());
    CHECK(answer(queue, "delete" + both) ==
          first.text() + " ok\n" + second.text() + " ok\nend 2\n");
    CHECK(queue.size() == 0);
    CHECK(answer(queue, "delete " + first.text()) == first.text() + " unknown\nend 0\n");
    CHECK(answer(queue, "shutdown") == "error not a request\n");
}

TEST_CASE("delivery: recipients are withdrawn, and the others wait on")
{
    using spool::RecipientState;
    const spool::TestSpool spool;
    spool::Writer writer(spool.writer_options());
    const MessageId id = spool.add(writer, 4);
    const std::string word = id.text();
    std::vector<std::vector<std::uint32_t>> withdrawn;
    std::vector<MessageId> changed;
    delivery::ControlHooks hooks;
    bool active = false;
    hooks.active = [&](MessageId) { return active; };
    hooks.changed = [&](MessageId one_id) { changed.push_back(one_id); };
    hooks.withdrawn = [&](MessageId one_id, spool::Location where, const auto& whom) {
        CHECK(one_id == id);
        CHECK(where == id.first_written());
        withdrawn.push_back(whom);
    };
    {
        spool::Queue queue(spool.options());
        spool::read_log(queue);
        const std::vector<spool::Outcome> first = {{0, RecipientState::delivered, "250"}};
        CHECK_FALSE(queue.note(id, first, 500, "mx"));
        CHECK(answer(queue, "withdraw " + word + " 0 9", hooks) ==
              word + " unknown\nend 0\n");
        active = true;
        CHECK(answer(queue, "withdraw " + word + " 1", hooks) == word + " active\nend 0\n");
        CHECK(queue.find(id)->waits(1));
        CHECK(withdrawn.empty());
        active = false;
        CHECK(answer(queue, "withdraw " + word + " 2 1 2 0", hooks) ==
              word + " ok\nend 1\n");
        CHECK(withdrawn == std::vector<std::vector<std::uint32_t>>{{2, 1}});
        CHECK(changed.back() == id);
        const spool::Entry& entry = *queue.find(id);
        CHECK(entry.state(0) == RecipientState::delivered);
        CHECK(entry.state(1) == RecipientState::deleted);
        CHECK(entry.state(2) == RecipientState::deleted);
        CHECK(entry.waits(3));
        CHECK(entry.attempts() == 1);
        CHECK(entry.next_attempt() == 500);
    }
    spool::Queue queue(spool.options()); // what a restart knows
    spool::read_log(queue);
    REQUIRE(queue.find(id) != nullptr);
    CHECK(queue.find(id)->state(2) == RecipientState::deleted);
    CHECK(answer(queue, "withdraw " + word + " 3", hooks) == word + " ok\nend 1\n");
    CHECK(queue.find(id) == nullptr);
    CHECK(answer(queue, "withdraw " + word + " 3", hooks) == word + " unknown\nend 0\n");
}

TEST_CASE("delivery: a release is remembered whoever held the message, and why")
{
    const spool::TestSpool spool;
    spool::Writer writer(spool.writer_options());
    spool::Queue queue(spool.options());
    const auto reason = [&](MessageId id) {
        return std::string(queue.text(queue.find(id)->reason()));
    };
    for (const char* verb : {"release ", "requeue "})
        for (const char* why : {"", "domain b.test is on hold", "mx: 550 5.7.1 no"}) {
            CAPTURE(verb);
            CAPTURE(why);
            const MessageId id = spool.add(writer, 1);
            spool::read_log(queue);
            const bool first = why == std::string_view();
            if (!first)
                queue.hold(id, spool::Hold::by_guard, why);
            CHECK(answer(queue, "hold " + id.text()) ==
                  id.text() + (first ? " ok\nend 1\n" : " held\nend 0\n"));
            CHECK(reason(id) == (first ? "held by an operator" : why));
            CHECK((queue.find(id)->hold() == spool::Hold::by_guard) != first);
            CHECK(answer(queue, verb + id.text()) == id.text() + " ok\nend 1\n");
            CHECK_FALSE(queue.find(id)->held());
            CHECK(delivery::is_released(reason(id)));
            CHECK(delivery::without_marks(reason(id)) ==
                  (first ? "held by an operator" : why));
        }
    const MessageId free = spool.add(writer, 1);
    spool::read_log(queue);
    CHECK(answer(queue, "release " + free.text()) == free.text() + " ok\nend 1\n");
    CHECK_FALSE(delivery::is_released(reason(free)));
}

TEST_CASE("delivery: ETRN makes due what waits for the domain, and nothing else")
{
    const spool::TestSpool spool;
    spool::Writer writer(spool.writer_options());
    const MessageId waits = spool.add(writer, 2);
    const MessageId held = spool.add(writer, 1);
    spool::Queue queue(spool.options());
    spool::read_log(queue);
    const std::vector<spool::Outcome> later = {{0, spool::RecipientState::waiting, "451"}};
    queue.note(waits, later, 2'000'000'000, "mx:25");
    queue.note(held, later, 2'000'000'000, "mx:25");
    queue.hold(held, spool::Hold::by_operator, "");
    CHECK(answer(queue, "etrn other.example") == "end 0\n");
    CHECK(queue.find(waits)->next_attempt() == 2'000'000'000);
    CHECK(answer(queue, "etrn EXAMPLE.org") == "end 1\n");
    CHECK(queue.find(waits)->next_attempt() == 0);
    CHECK(queue.find(held)->next_attempt() == 2'000'000'000);
}

TEST_CASE("delivery: a request for very many messages leaves others their turn")
{
    const spool::TestSpool spool;
    spool::Writer writer(spool.writer_options());
    constexpr std::size_t messages = 2 * delivery::max_control_ids + 1;
    spool::Envelope envelope;
    envelope.recipients.push_back({"bob@example.org", spool::notify_default, ""});
    for (std::size_t i = 0; i + 1 < messages; ++i)
        writer.commit(writer.begin(), envelope, [](const spool::CommitResult&) {});
    const MessageId last = spool.add(writer, 1);
    spool::Queue queue(spool.options());
    spool::read_log(queue);
    REQUIRE(queue.size() == messages);
    const delivery::ControlHooks hooks;
    delivery::ControlWork work("etrn example.org", queue, hooks);
    CHECK(work.step()); // looks
    CHECK(work.step()); // changes
    queue.remove(last); // somebody else had his turn
    CHECK(work.step());
    CHECK_FALSE(work.step());
    CHECK_FALSE(work.step());
    CHECK(work.take_answer() == "end " + std::to_string(messages - 1) + "\n");
}
