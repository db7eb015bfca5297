// SPDX-License-Identifier: Apache-2.0
#include "audit/fixture_test.h"
#include "audit/wire.h"

#include <doctest/doctest.h>

using audit::Answer;
using audit::Denial;
using audit::Entry;
using audit::Noted;
using audit::RequestParser;
using State = audit::RequestParser::State;
using audit::testing::create_measure;

namespace {

std::string refusal_of(std::string_view request)
{
    RequestParser parser;
    return parser.take(request) == State::malformed ? parser.why() : "";
}

} // namespace

TEST_CASE("audit: a request is understood however it is cut")
{
    Entry entry = create_measure("R 1");
    entry.test = true;
    entry.needs = audit::Role::review;
    const std::string request = audit::encode_request(entry);
    for (std::size_t cut = 0; cut <= request.size(); ++cut) {
        RequestParser parser;
        CHECK(parser.take(std::string_view(request).substr(0, cut)) ==
              (cut == request.size() ? State::complete : State::more));
        CHECK(parser.take(std::string_view(request).substr(cut)) == State::complete);
        CHECK(parser.entry() == entry);
    }
}

TEST_CASE("audit: requests that are refused")
{
    const std::string good = audit::encode_request(create_measure("R1"));
    CHECK(refusal_of(good).empty());
    CHECK(refusal_of(good + "x") == "more than one request");
    CHECK(refusal_of("GET / HTTP/1.1\r\n") == "not \"note 1\"");
    CHECK(refusal_of("note 1\noutcome x\n") == "\"act\" expected");
    CHECK(refusal_of("note 1\nact a%zz\n") ==
          "value of \"act\": too long or badly escaped");
    CHECK(refusal_of(std::string(audit::max_request + 1, 'x')) ==
          "request of more than 64 kB");
    Entry entry = create_measure("R1");
    entry.detail.assign(audit::max_value, 'x');
    CHECK(refusal_of(audit::encode_request(entry)).empty());
    entry.detail += 'x';
    CHECK(refusal_of(audit::encode_request(entry)) ==
          "value of \"detail\": too long or badly escaped");
    // What only the log itself may say: it would allow deletion.
    for (const char* act : {"log-purge", "log-recovered", "", "a b", "A"}) {
        entry = create_measure("R1");
        entry.act = act;
        CHECK(refusal_of(audit::encode_request(entry)) == "no such act");
    }
    entry = create_measure("R1");
    entry.outcome = "";
    CHECK(refusal_of(audit::encode_request(entry)) == "no such outcome");
}

TEST_CASE("audit: every byte of a request counts")
{
    const Entry entry = create_measure("R1");
    const std::string request = audit::encode_request(entry);
    for (std::size_t i = 0; i < request.size(); ++i) {
        std::string changed = request;
        changed[i] ^= 1;
        RequestParser parser;
        const bool same =
            parser.take(changed) == State::complete && parser.entry() == entry;
        CHECK_FALSE(same);
    }
}

TEST_CASE("audit: answers, there and back")
{
    const Answer answers[] = {
        Noted{17, "anna"}, Noted{1, "uid 1234"},
        std::unexpected(Denial{Denial::Reason::no_role, "anna may not operate"}),
        std::unexpected(Denial{Denial::Reason::unreachable, "disk\nfull"})};
    for (const Answer& answer : answers) {
        std::string line = audit::encode_answer(answer);
        REQUIRE(line.ends_with('\n'));
        line.pop_back();
        CHECK_FALSE(line.contains('\n'));
        const auto read = audit::parse_answer(line);
        REQUIRE(read);
        REQUIRE(read->has_value() == answer.has_value());
        if (answer) {
            CHECK((*read)->number == answer->number);
            CHECK((*read)->person == answer->person);
        } else {
            CHECK(read->error().reason == answer.error().reason);
            CHECK(read->error().text == answer.error().text);
        }
    }
    for (const char* wrong : {"", "noted", "noted 1", "noted x anna", "noted 1 a b",
                              "denied no-role", "denied why x", "noted 1 "})
        CHECK_FALSE(audit::parse_answer(wrong));
}
