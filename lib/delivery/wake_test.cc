// SPDX-License-Identifier: Apache-2.0
#include "delivery/control.h"
#include "delivery/wake.h"

#include <doctest/doctest.h>
#include <string>

using delivery::Woken;

TEST_CASE("wake: a line says which host, and nothing else is one")
{
    CHECK(delivery::parse_wake("wake mail.example 192.0.2.1") ==
          Woken{"mail.example", "192.0.2.1"});
    CHECK(delivery::parse_wake("wake 2001:db8::1") == Woken{"2001:db8::1", ""});
    for (const char* wrong : {"", "wake", "wake ", "sleep a", "wake a b c", "wake a\tb",
                              "wake a;b", "wake /etc 192.0.2.1", "WAKE a"})
        CHECK_FALSE(delivery::parse_wake(wrong));
    CHECK_FALSE(delivery::parse_wake("wake " + std::string(256, 'a')));
    CHECK(delivery::wake_line({"[2001:db8::1]", "2001:db8::1"}) ==
          "wake 2001:db8::1 2001:db8::1\n");
    CHECK_FALSE(delivery::wake_line({"a b", ""}));
    CHECK_FALSE(delivery::wake_line({"/run/socket", ""}));
}

TEST_CASE("wake: next hops lead to a host by its name or address, whatever the port")
{
    const Woken woken{"Mail.example", "192.0.2.1"};
    CHECK(delivery::leads_to("mail.example:25", woken));
    CHECK(delivery::leads_to("other:25,mail.example:24/lmtp/tls3/x,y,z", woken));
    CHECK(delivery::leads_to("192.0.2.1:24/lmtp", woken));
    CHECK(delivery::leads_to("[2001:db8::1]:25", {"other", "2001:db8::1"}));
    CHECK_FALSE(delivery::leads_to("", woken));
    CHECK_FALSE(delivery::leads_to("mail.example", woken));
    CHECK_FALSE(delivery::leads_to("192.0.2.11:25", woken));
    CHECK_FALSE(delivery::leads_to("other:25/mail.example:25", woken));
    CHECK_FALSE(delivery::leads_to("mx:mail.example", {"mx", ""}));
    CHECK_FALSE(delivery::leads_to("other:25", {"other2", ""}));
}

TEST_CASE("wake: however often it is said, a host is tried once in a while")
{
    delivery::WakeReader reader;
    CHECK(reader.take("wake a 1\nwake a 1\nwake", 100).size() == 1);
    CHECK(reader.take(" b\nnonsense\nwake a\n", 109) == std::vector<Woken>{{"b", ""}});
    CHECK(reader.take("wake a\n", 110) == std::vector<Woken>{{"a", "", false}});
    CHECK(reader.take("wake a\n", 119).empty());
    CHECK(reader.take("wake a\n", 399) == std::vector<Woken>{{"a", "", false}});
    CHECK(reader.take("wake a\n", 400) == std::vector<Woken>{{"a", "", true}});
    CHECK(reader.take(std::string(10'000, 'x') + "\nwake c\n", 401).size() == 1);
    std::string flood;
    for (int i = 0; i < 1000; ++i)
        flood += "wake host" + std::to_string(i) + "\n";
    CHECK(reader.take(flood, 1000).size() == delivery::WakeReader::most_hosts);
    CHECK(reader.take("wake d\n", 1299).empty());
    CHECK(reader.take("wake d\n", 1300).size() == 1);
}

TEST_CASE("wake: the control socket takes it, too")
{
    const auto request = delivery::parse_request("wake mail.example 192.0.2.1");
    REQUIRE(request);
    CHECK(request->woken == Woken{"mail.example", "192.0.2.1"});
    CHECK(delivery::format_request(*request) == "wake mail.example 192.0.2.1");
    CHECK_FALSE(delivery::parse_request("wake"));
}
