// SPDX-License-Identifier: Apache-2.0
#include "proxy/pop3_refusal.h"

#include <doctest/doctest.h>

using proxy::Trouble;
using proxy::TroubleKind;

TEST_CASE("proxy: a POP3 client hears what it can do about it, and nothing else")
{
    const std::string later = "-ERR [SYS/TEMP] your mailbox cannot be reached now\r\n";
    struct {
        TroubleKind kind;
        std::string reply;
        std::string expected;
    } const cases[] = {
        {TroubleKind::refused, "", "-ERR [AUTH] Authentication failed.\r\n"},
        {TroubleKind::refused, "wrong", "-ERR [AUTH] wrong\r\n"},
        {TroubleKind::refused, "[SYS/PERM] disabled", "-ERR [SYS/PERM] disabled\r\n"},
        {TroubleKind::refused, "a\x01z", "-ERR [AUTH] Authentication failed.\r\n"},
        {TroubleKind::in_use, "[IN-USE] locked", "-ERR [IN-USE] locked\r\n"},
        {TroubleKind::in_use, "", "-ERR [IN-USE] your mailbox is in use\r\n"},
        {TroubleKind::unavailable, "[LOGIN-DELAY] wait", "-ERR [LOGIN-DELAY] wait\r\n"},
        {TroubleKind::unavailable, "", later},
        {TroubleKind::down, "secret detail", later},
        {TroubleKind::broken, "secret detail", later},
        {TroubleKind::tls, "secret detail", later},
        {TroubleKind::no_route, "secret detail", "-ERR [AUTH] Authentication failed.\r\n"},
        {TroubleKind::cancelled, "", "-ERR authentication cancelled\r\n"},
    };
    for (const auto& c : cases) {
        INFO(name_of(c.kind), " ", c.reply);
        CHECK(proxy::pop3_refusal({c.kind, "why", c.reply}) == c.expected);
    }
}
