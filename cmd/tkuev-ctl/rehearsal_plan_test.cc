// SPDX-License-Identifier: Apache-2.0
#include "rehearsal_plan.h"

#include <algorithm>
#include <doctest/doctest.h>
#include <set>

using tkuev::Cast;
using tkuev::Deed;
using tkuev::Expected;
using tkuev::Round;
using tkuev::SessionKind;

namespace {

using What = Deed::What;

Cast cast_of()
{
    return {
        .account = {.addresses = {"a@x.test", "b@x.test"}, .login = "a", .password = "p"},
        .bystander = {.addresses = {"c@x.test"}, .login = "c", .password = "q"}};
}

std::size_t sessions(const std::vector<Round>& rounds, SessionKind kind, bool bystander)
{
    std::size_t count = 0;
    for (const Round& round : rounds)
        count += static_cast<std::size_t>(std::ranges::count_if(round, [&](const auto& it) {
            return it.kind == kind && it.bystander == bystander;
        }));
    return count;
}

} // namespace

TEST_CASE("tkuev-ctl: a rehearsal has every kind of session, of both accounts")
{
    const Cast cast = cast_of();
    const auto rounds = tkuev::plan_of(
        cast, {.smtp = true, .submission = true, .pop3 = true, .imap = true}, "t");
    REQUIRE(rounds.size() == 3);
    CHECK(sessions(rounds, SessionKind::deliver, false) == 3); // two addresses, both
    CHECK(sessions(rounds, SessionKind::deliver, true) == 1);
    for (const bool bystander : {false, true}) {
        CHECK(sessions(rounds, SessionKind::submit, bystander) == 1);
        CHECK(sessions(rounds, SessionKind::failed_login, bystander) == 3);
        CHECK(sessions(rounds, SessionKind::read, bystander) == 2);
        CHECK(sessions(rounds, SessionKind::refused_recipient, bystander) == 1);
    }
}

TEST_CASE("tkuev-ctl: a rehearsal reads and deletes every mail that it sends, once")
{
    const Cast cast = cast_of();
    for (const bool pop3 : {false, true})
        for (const bool imap : {false, true}) {
            const auto rounds = tkuev::plan_of(
                cast, {.smtp = true, .submission = true, .pop3 = pop3, .imap = imap}, "t");
            std::multiset<std::string> sent;
            std::multiset<std::string> read;
            std::set<std::string> ids;
            for (const Round& round : rounds)
                for (const auto& session : round)
                    for (const auto& mail : session.mails) {
                        if (session.kind == SessionKind::read) {
                            read.insert(mail.id);
                            continue;
                        }
                        CHECK(ids.insert(mail.id).second);
                        CHECK(mail.text.contains("\r\nMessage-ID: " + mail.id + "\r\n"));
                        for (const std::string& to : mail.recipients)
                            if (!to.ends_with(".invalid"))
                                sent.insert(mail.id);
                    }
            CHECK((pop3 || imap ? sent == read : read.empty()));
        }
}

TEST_CASE("tkuev-ctl: a protocol that the gateway does not speak is not rehearsed")
{
    CHECK(tkuev::plan_of(cast_of(), {}, "t").empty());
    const auto rounds = tkuev::plan_of(cast_of(), {.imap = true}, "t");
    REQUIRE(rounds.size() == 1);
    CHECK(sessions(rounds, SessionKind::read, false) == 1);
    CHECK(rounds[0][0].mails.empty());
}

TEST_CASE("tkuev-ctl: dots are doubled where a line begins with one")
{
    CHECK(tkuev::with_dots("a\r\n.b\r\n..\r\n") == "a\r\n..b\r\n...\r\n.\r\n");
    CHECK(tkuev::with_dots(".") == "..\r\n.\r\n");
    CHECK(tkuev::with_dots("a") == "a\r\n.\r\n");
    CHECK(tkuev::with_dots("") == ".\r\n");
}

TEST_CASE("tkuev-ctl: what has to come out of what a client did")
{
    const Cast cast = cast_of();
    const tkuev::RehearsalMail both{"<1@t>", "s@t", {"a@x.test", "c@x.test"}, ""};
    const tkuev::RehearsalMail other{"<2@t>", "c@x.test", {"c@x.test"}, ""};
    struct Case {
        Deed deed;
        std::vector<std::string> events;
        std::vector<std::string> recipients; // of the first
    };
    const Case cases[] = {
        {{.what = What::logged_in}, {"login"}, {}},
        {{.what = What::logged_in, .bystander = true}, {}, {}},
        {{.what = What::login_refused}, {"login_failed"}, {}},
        {{.what = What::mail_accepted, .mail = both, .content = "x"},
         {"mail_received", "mail_forwarded"},
         {"a@x.test"}},
        {{.what = What::mail_accepted, .bystander = true, .with_login = true, .mail = both},
         {"mail_received", "mail_forwarded"},
         {"a@x.test"}},
        {{.what = What::mail_accepted, .with_login = true, .mail = both},
         {"mail_sent", "mail_forwarded"},
         {"a@x.test", "c@x.test"}},
        {{.what = What::mail_accepted, .bystander = true, .mail = other}, {}, {}},
        {{.what = What::transaction_refused, .mail = other, .recipient_refused = "n@t"},
         {"mail_sent"},
         {"n@t"}},
        {{.what = What::fetched, .content = "x"}, {"mail_fetched"}, {}},
        {{.what = What::part_fetched, .bystander = true, .content = "x"}, {}, {}},
        {{.what = What::stored, .content = "x"}, {"mail_stored"}, {}},
        {{.what = What::logged_out}, {"logout"}, {}},
    };
    for (const Case& one : cases) {
        const std::vector<Expected> all = tkuev::expected_of(one.deed, cast);
        std::vector<std::string> events;
        for (const Expected& expected : all)
            events.push_back(expected.event);
        CHECK(events == one.events);
        if (!all.empty())
            CHECK(all.front().recipients == one.recipients);
    }
    const auto received =
        tkuev::expected_of({.what = What::mail_accepted, .port = 7, .mail = both}, cast);
    CHECK(received[0].total_recipients == 2);
    CHECK(received[0].port == 7);
    CHECK(received[1].port == 0);
}
