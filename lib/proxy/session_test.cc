// SPDX-License-Identifier: Apache-2.0
// What POP3 and IMAP sessions have in common, shown with IMAP: time before the login, and
// being told to make room.
#include "proxy/imap_stage_test.h"
#include "proxy/session.h"

#include <algorithm>

namespace {

using proxy::test::Host;
using proxy::test::ImapStage;
using proxy::test::Turn;

const std::string greeting = "* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] ready\r\n";

bool noted(const ImapStage& stage, const std::string& what)
{
    const auto& notes = stage.journal.notes;
    return std::ranges::find(notes, what) != notes.end();
}

net::Task<void> until_refused(ImapStage& stage)
{
    constexpr base::milliseconds moment{10};
    while (!noted(stage, "failed anna refused"))
        co_await net::sleep_for(stage.loop, moment);
}

// When a deadline that had passed before would have ended the session.
net::Task<void> count_strangers(ImapStage& stage, std::size_t& strangers)
{
    constexpr base::milliseconds while_later{600};
    strangers = 0;
    co_await until_refused(stage);
    co_await net::sleep_for(stage.loop, while_later);
    strangers = stage.server.strangers().size();
}

// As soon as a login has been refused, and before the client hears it.
net::Task<void> evict(ImapStage& stage, bool& evicted)
{
    co_await until_refused(stage);
    evicted = stage.server.strangers().front()->hurry();
}

} // namespace

TEST_CASE("proxy: the time for the login stands still while hosts are asked")
{
    ImapStage stage;
    stage.listener.times.login = base::seconds{1};
    stage.listener.times.backend = base::seconds{2};
    Host silent(stage.loop, db::Protocol::imap);
    silent.parts = {{{{"", greeting}, {"never", ""}}}};
    silent.open();
    Host other(stage.loop, db::Protocol::imap);
    other.route.priority = 10;
    stage.routes.rows["anna"] = {silent.route, other.route};
    stage.client = {{" ready\r\n", "a LOGIN anna secret\r\n"}};
    std::string last_words;
    std::size_t still_there = 1;
    SUBCASE("for one that says yes")
    {
        other.parts = {{{{"", greeting},
                         {"secret\r\n", "a OK [CAPABILITY IMAP4rev1] in\r\n"},
                         {"z LOGOUT\r\n", "* BYE\r\nz OK out\r\n"}}}};
        stage.client.push_back({" in\r\n", "z LOGOUT\r\n"});
        last_words = "a OK [CAPABILITY IMAP4rev1] in\r\n* BYE\r\nz OK out\r\n";
    }
    SUBCASE("for one that says no: the client may try again")
    {
        other.parts = {{{{"", greeting}, {"secret\r\n", "a NO no\r\n"}}}};
        stage.client.push_back({"never", ""});
        stage.client_manner.patience = base::seconds{3};
        stage.loop.spawn("look", count_strangers(stage, still_there));
        last_words = "a NO [AUTHENTICATIONFAILED] no\r\n(gone)"; // and no BYE
    }
    other.open();
    stage.run();
    CHECK(stage.heard.substr(stage.heard.find(" ready\r\n") + 8) == last_words);
    CHECK(silent.heard.size() == 1);
    CHECK(still_there == 1);
}

TEST_CASE("proxy: who has to make room while a refusal waits does not stay")
{
    ImapStage stage;
    stage.listener.times.login_delay = base::seconds{1};
    stage.client = {{" ready\r\n", "a LOGIN anna wrong\r\nb NOOP\r\n"}};
    stage.behind = {{{"", greeting}, {"wrong\r\n", "a NO no\r\n"}}};
    bool evicted = false;
    stage.loop.spawn("evict", evict(stage, evicted));
    stage.run();
    CHECK(evicted);
    CHECK(stage.heard.contains("* BYE "));
    CHECK_FALSE(stage.heard.contains("b OK"));
    CHECK(noted(stage, "ended  busy"));
}
