// SPDX-License-Identifier: Apache-2.0
// What users may ask for, and nothing else.
#include "base/failure.h"
#include "request.h"

#include <doctest/doctest.h>
#include <initializer_list>

namespace {

using replayctl::decode_request;
using replayctl::Request;

std::string words(std::initializer_list<std::string_view> all)
{
    std::string text;
    for (const std::string_view word : all)
        text += std::string(word) + '\0';
    return text;
}

// 0: it may.
int refusal(std::initializer_list<std::string_view> all)
{
    const auto request = decode_request(words(all));
    REQUIRE(request);
    try {
        replayctl::require_allowed(*request);
        return 0;
    } catch (const base::Failure& failure) {
        return failure.exit_status();
    }
}

} // namespace

TEST_CASE("replayctl: a request comes as it was sent")
{
    Request request;
    request.command = "plan";
    request.call.options = {{"json", ""}, {"rcpt", "b=b@x.test"}, {"since", "2h ago"}};
    request.call.operands = {"0C3K7W2D5F080", "--all"};
    const std::string text = encode(request);
    const std::size_t line = text.find('\n');
    const auto length = replayctl::length_in(text.substr(0, line));
    REQUIRE(length);
    CHECK(text.size() == line + 1 + *length);
    const auto decoded = decode_request(std::string_view(text).substr(line + 1));
    REQUIRE(decoded);
    CHECK(decoded->command == "plan");
    CHECK(decoded->call.options == request.call.options);
    CHECK(decoded->call.operands == request.call.operands);
    CHECK(decoded->call.config.empty());
    for (std::size_t size = line + 1; size < text.size(); ++size) {
        CAPTURE(size);
        const auto cut =
            decode_request(std::string_view(text).substr(line + 1, size - line - 1));
        CHECK((!cut || cut->call.operands.size() < 2));
    }
}

TEST_CASE("replayctl: the head of a request")
{
    CHECK(replayctl::length_in("sponts-replay 1 17") == 17);
    CHECK(replayctl::length_in("sponts-replay 1 1048576") == replayctl::most_request);
    for (const char* bad :
         {"", "sponts-replay 1", "sponts-replay 1 ", "sponts-replay 2 17",
          "sponts-replay 1 -1", "sponts-replay 1 1048577", "sponts-replay 1 17 ",
          "sponts-replay 1 99999999999999999999"}) {
        CAPTURE(bad);
        CHECK_FALSE(replayctl::length_in(bad));
    }
}

TEST_CASE("replayctl: what is no request")
{
    const std::string long_word = "--rcpt=" + std::string(replayctl::most_word, 'x');
    for (const std::string& bad :
         {std::string(), std::string("list"), words({""}), words({"list"}),
          words({"list", "json", "--"}), words({"list", "--json", "--json", "--"}),
          words({"list", "--rcpt=", "--"}), words({"list", "--=x", "--"}),
          words({"list", long_word, "--"}), words({"list", "--rcpt=a\nb", "--"}),
          words({"list", "--"}) + "x", words({"li\x7fst", "--"})}) {
        CAPTURE(bad);
        CHECK_FALSE(decode_request(bad));
    }
    std::string many = words({"list"});
    for (std::size_t i = 0; i <= replayctl::most_options; ++i)
        many += words({"--o" + std::to_string(i)});
    CHECK_FALSE(decode_request(many + words({"--"})));
}

TEST_CASE("replayctl: users may ask for what is on the list")
{
    CHECK(refusal({"list", "--json", "--rcpt=a", "--since=today", "--"}) == 0);
    CHECK(refusal({"list", "--ids", "--", "0C3K7W2D5F080", "0C3K7W2D5F081"}) == 0);
    CHECK(refusal({"plan", "--all", "--dry-run", "--rate=7", "--"}) == 0);
    CHECK(refusal({"resend", "--all", "--on=today", "--sender=x", "--until=now", "--"}) ==
          0);
    CHECK(refusal({"runs", "--json", "--"}) == 0);
    for (const char* command : {"apply", "status", "stop", "forget"})
        CHECK(refusal({command, "--", "20261123-143512-u1000"}) == 0);
}

TEST_CASE("replayctl: users may ask for nothing else")
{
    for (const char* command : {"cat", "show", "serve", "nonsense", "LIST", "--"})
        CHECK(refusal({command, "--"}) == 77);
    for (const char* option :
         {"--to=a@b", "--to-domain=b", "--spool=/x", "--config=/x", "--route=x", "--uid=0",
          "--help", "--json=x", "--all=x", "--rate", "--rcpt"}) {
        CAPTURE(option);
        CHECK(refusal({"plan", option, "--"}) == 77);
    }
    CHECK(refusal({"list", "--rate=1", "--"}) == 77);
    CHECK(refusal({"runs", "--all", "--"}) == 77);
    CHECK(refusal({"apply", "--json", "--", "x"}) == 77);
    CHECK(refusal({"list", "--", "-"}) == 64);
    CHECK(refusal({"runs", "--", "x"}) == 64);
    CHECK(refusal({"apply", "--"}) == 64);
    CHECK(refusal({"apply", "--", "a", "b"}) == 64);
    CHECK(refusal({"forget", "--", "../log"}) == 64);
}
