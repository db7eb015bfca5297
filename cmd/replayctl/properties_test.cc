// SPDX-License-Identifier: Apache-2.0
// What of the journal's criteria the log answers by itself.
#include "properties.h"

#include <doctest/doctest.h>

namespace {

using db::JournalCriteria;
using replayctl::asks_log;
using replayctl::has_properties;

spool::Found message()
{
    spool::Found found;
    found.size = 1000;
    found.envelope.sender = "Ann@Sender.test";
    found.envelope.recipients = {{.address = "bob@m\xc3\xbcller.test", .orcpt = {}},
                                 {.address = "carl@[192.0.2.7]", .orcpt = {}}};
    found.envelope.client.address = "2001:db8::1";
    found.envelope.client.login = "ann";
    found.envelope.client.listener = "submission";
    return found;
}

} // namespace

TEST_CASE("replayctl: what the log knows is compared as journalq does")
{
    const std::vector<JournalCriteria> that_hold = {
        {.address = "ann@sender.TEST"},
        {.address = "CARL@[192.0.2.7]"},
        {.domain = "sender.test"},
        {.domain = "xn--mller-kva.test"},
        {.domain = "M\xc3\xbcller.test"},
        {.domain = "[192.0.2.7]"},
        {.client = "2001:DB8::1"},
        {.login = "Ann"},
        {.listener = "submission"},
        {.origin = db::Origin::client},
        {.smallest = 1000},
        {.largest = 1000},
    };
    const std::vector<JournalCriteria> that_do_not = {
        {.address = "ann"},
        {.address = "@sender.test"},
        {.domain = "test"},
        {.domain = "ender.test"},
        {.client = "2001:db8::"},
        {.login = "an"},
        {.listener = "mx"},
        {.origin = db::Origin::notice},
        {.smallest = 1001},
        {.largest = 999},
        {.address = "ann@sender.test", .login = "bob"},
    };
    for (std::size_t i = 0; i < that_hold.size(); ++i) {
        CAPTURE(i);
        CHECK(asks_log(that_hold[i]));
        CHECK(has_properties(message(), that_hold[i]));
    }
    for (std::size_t i = 0; i < that_do_not.size(); ++i) {
        CAPTURE(i);
        CHECK(asks_log(that_do_not[i]));
        CHECK_FALSE(has_properties(message(), that_do_not[i]));
    }
    CHECK_FALSE(asks_log({}));
    CHECK_FALSE(asks_log({.words = "roof", .from = 7, .to = 9}));
    CHECK(has_properties(message(), {.words = "roof"}));
}

TEST_CASE("replayctl: the null sender is in no domain")
{
    spool::Found found = message();
    found.envelope.sender.clear();
    found.envelope.recipients.clear();
    CHECK_FALSE(has_properties(found, {.domain = "sender.test"}));
    found.envelope.origin = spool::Origin::delay_notice;
    CHECK(has_properties(found, {.origin = db::Origin::notice}));
}
