// SPDX-License-Identifier: Apache-2.0
// Tests of journal/events.h and refusal_words.h.
#include "journal/events.h"
#include "journal/refusal_words.h"

#include <doctest/doctest.h>
#include <string>

namespace {

constexpr std::int64_t noon = 1'795'435'200'000'000;
const std::string id = spool::MessageId(77).text();

std::vector<journal::Event> read(std::string_view program, const std::string& text)
{
    return journal::read_event({noon, program, text});
}

template <class Kind>
Kind one(std::string_view program, const std::string& text)
{
    const auto events = read(program, text);
    REQUIRE(events.size() == 1);
    REQUIRE(std::holds_alternative<Kind>(events.front()));
    return std::get<Kind>(events.front());
}

} // namespace

TEST_CASE("journal: a line of results tells of each of its recipients")
{
    const auto both =
        read("smtp-sendd", id + " delivered to=\"a@b.example,\\\"c,d\\\"@b.example\""
                                " original=\"\" from=x@y.example recipients=2 size=9"
                                " relay=mx.b.example[192.0.2.1]:25 delay-ms=1 spent-ms=1"
                                " tls=none reply=\"250 2.0.0 ok\"");
    REQUIRE(both.size() == 2);
    const auto& first = std::get<db::JournalResult>(both[0]);
    CHECK(first.id == spool::MessageId(77));
    CHECK(first.time == noon);
    CHECK(first.address == "a@b.example");
    CHECK(first.original.empty());
    CHECK(first.outcome == db::Outcome::delivered);
    CHECK(first.enhanced == "2.0.0");
    CHECK(first.reply == "250 2.0.0 ok");
    CHECK(first.relay == "mx.b.example[192.0.2.1]:25");
    CHECK(first.tls.empty());
    CHECK(std::get<db::JournalResult>(both[1]).address == "\"c,d\"@b.example");
    CHECK(first.people ==
          std::vector<std::string>{"x@y.example", "a@b.example", "\"c,d\"@b.example"});
}

TEST_CASE("journal: results name the address a message came for")
{
    const auto result = one<db::JournalResult>(
        "smtp-sendd", id + " failed to=new@b.example original=old@b.example recipients=1"
                           " relay=mx:25 reason=\"550 5.1.1 nobody\"");
    CHECK(result.address == "new@b.example");
    CHECK(result.original == "old@b.example");
    CHECK(result.outcome == db::Outcome::failed);
    CHECK(result.enhanced == "5.1.1");
    CHECK(result.people == std::vector<std::string>{"", "new@b.example", "old@b.example"});
    CHECK(one<db::JournalResult>("smtp-sendd", id + " replaced to=a@b.example").outcome ==
          db::Outcome::forwarded);
    CHECK(one<db::JournalDeletion>("smtp-sendd", id + " deleted").id ==
          spool::MessageId(77));
}

TEST_CASE("journal: a deletion that names its recipients is about nobody else")
{
    const auto both = read("smtp-sendd", id + " deleted to=a@b.example,c@b.example"
                                              " original=\"\" recipients=2"
                                              " reason=withdrawn");
    REQUIRE(both.size() == 2);
    const auto& second = std::get<db::JournalResult>(both[1]);
    CHECK(second.outcome == db::Outcome::deleted);
    CHECK(second.address == "c@b.example");
    CHECK(second.reply == "withdrawn");
    CHECK(read("smtp-sendd", id + " deleted to=\"\" original=\"\" recipients=1").empty());
}

TEST_CASE("journal: refusals have a code and a short word for why")
{
    const auto refusal = one<db::JournalRefusal>(
        "smtp-relayd", "s1 recipient-refused client=192.0.2.1 listener=mx protocol=ESMTPS"
                       " tls=TLSv1.3 login=u helo=h sender=a@b.example"
                       " recipient=c@d.example reply=\"550 5.1.1 no such user\"");
    CHECK(refusal.peer.client == "192.0.2.1");
    CHECK(refusal.peer.helo == "h");
    CHECK(refusal.peer.listener == "mx");
    CHECK(refusal.peer.protocol == "ESMTPS");
    CHECK(refusal.peer.tls == "TLSv1.3");
    CHECK(refusal.peer.login == "u");
    CHECK(refusal.sender == "a@b.example");
    CHECK(refusal.recipient == "c@d.example");
    CHECK(refusal.code == 550);
    CHECK(refusal.enhanced == "5.1.1");
    CHECK(refusal.reason == "unknown-recipient");
    CHECK(refusal.reply == "no such user");
    const auto limit = one<db::JournalRefusal>(
        "smtp-relayd", "s1 client-refused client=192.0.2.1 listener=mx"
                       " limit=connections reason=\"too many\"");
    CHECK(limit.code == 421);
    CHECK(limit.reason == "connections");
    CHECK(limit.peer.listener == "mx");
    CHECK(limit.reply == "too many");
    const auto disk = one<db::JournalRefusal>(
        "smtp-relayd", "s1 message-not-stored client=192.0.2.1 sender=a@b.example"
                       " error=\"write log: No space left on device\"");
    CHECK(disk.code == 451);
    CHECK(disk.sender == "a@b.example");
    CHECK(disk.reason == "message-not-stored");
    CHECK(disk.reply == "write log: No space left on device");
}

TEST_CASE("journal: logins have their service, user and kind of trouble")
{
    const auto login = one<db::JournalLogin>(
        "imap-proxy", "s1 login-accepted client=192.0.2.1 user=bob mechanism=PLAIN"
                      " listener=imaps tls=TLSv1.3 backend=b:143 by=bob");
    CHECK(login.service == "imap");
    CHECK(login.peer.login == "bob");
    CHECK(login.peer.tls == "TLSv1.3");
    CHECK(login.backend == "b:143");
    CHECK(login.outcome == db::LoginOutcome::accepted);
    const auto refused = one<db::JournalLogin>(
        "pop-proxy", "s1 login-refused client=192.0.2.1 user=bob mechanism=PLAIN"
                     " listener=pop kind=in-use by=bob reason=\"locked\"");
    CHECK(refused.service == "pop3");
    CHECK(one<db::JournalLogin>("ums-popd", "s1 login-refused client=192.0.2.1 user=bob"
                                            " listener=ums kind=refused reason=\"wrong\"")
              .service == "ums");
    CHECK(refused.reason == "in-use");
    CHECK(one<db::JournalLogin>("smtp-relayd", "s1 login-unavailable client=192.0.2.1"
                                               " user=bob mechanism=PLAIN listener=sub"
                                               " error=\"no backend\"")
              .reason == "no backend");
}

TEST_CASE("journal: lines that nobody wants, or that were cut, tell of nothing")
{
    for (const std::string& text :
         {std::string("s1 ready listeners=1"), std::string(), std::string("delivered"),
          std::string("s1 delivered to=a@b.example"), id + " delivered to=\"a@b.exam",
          id + " delivered"})
        CHECK_MESSAGE(read("smtp-sendd", text).empty(), text);
}

TEST_CASE("journal: replies come apart into code, enhanced status and text")
{
    const auto whole = journal::parts_of("550 5.7.1 no relaying");
    CHECK(whole.code == 550);
    CHECK(whole.enhanced == "5.7.1");
    CHECK(whole.text == "no relaying");
    CHECK(journal::parts_of("421 go away").text == "go away");
    CHECK(journal::parts_of("421").code == 421);
    CHECK(journal::parts_of("no route").code == 0);
    for (const char* odd : {"550 5.x.1 odd", "550 5.1234.1 odd", "550 9.1.1 odd"})
        CHECK_MESSAGE(journal::parts_of(odd).enhanced.empty(), odd);
    CHECK(journal::word_for("4.7.1", "x") == "not-permitted");
    CHECK(journal::word_for("4.3.0", "x") == "unavailable");
    CHECK(journal::word_for("5.9.9", "x") == "x");
    CHECK(journal::word_for("", "x") == "x");
}
