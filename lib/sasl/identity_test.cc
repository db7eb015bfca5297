// SPDX-License-Identifier: Apache-2.0
#include "sasl/identity.h"

#include <doctest/doctest.h>
#include <string>
#include <vector>

using namespace std::literals;
using sasl::Identity;

namespace {

struct Case {
    std::string_view mechanism;
    std::string message;
    std::optional<Identity> expected;
};

const std::vector<Case> cases{
    {"PLAIN", "\0anna\0secret"s, Identity{"anna", ""}},
    {"PLAIN", "ben\0anna\0secret"s, Identity{"anna", "ben"}},
    {"PLAIN", "\0anna\0"s, Identity{"anna", ""}}, // the backend's business
    {"PLAIN", "\0anna@example.org\0a\0b"s, Identity{"anna@example.org", ""}},
    {"PLAIN", "\0\0secret"s, std::nullopt},
    {"PLAIN", "\0anna"s, std::nullopt},
    {"PLAIN", "anna"s, std::nullopt},
    {"PLAIN", "", std::nullopt},
    {"PLAIN", "\0an\nna\0secret"s, std::nullopt},
    {"PLAIN", "b\ren\0anna\0secret"s, std::nullopt},
    {"PLAIN", "\0"s + std::string(256, 'a') + "\0secret"s, std::nullopt},
    {"LOGIN", "anna", Identity{"anna", ""}},
    {"LOGIN", "anna maria", Identity{"anna maria", ""}},
    {"LOGIN", "", std::nullopt},
    {"LOGIN", "anna\n", std::nullopt},
    {"LOGIN", "an\0na"s, std::nullopt},
    // From Google's description of the protocol.
    {"XOAUTH2",
     "user=someuser@example.com\1auth=Bearer ya29.vF9dft4qmTc2Nvb3RlckBhdHRhdmlzd\1\1",
     Identity{"someuser@example.com", ""}},
    {"XOAUTH2", "user=\1auth=Bearer x\1\1", std::nullopt},
    {"XOAUTH2", "user=anna", std::nullopt},
    {"XOAUTH2", "auth=Bearer x\1\1", std::nullopt},
    // RFC 7628 section 4.1.
    {"OAUTHBEARER",
     "n,a=user@example.com,\1host=server.example.com\1port=143\1auth=Bearer "
     "vF9dft4qmTc2\1\1",
     Identity{"user@example.com", ""}},
    {"OAUTHBEARER", "n,,\1auth=Bearer x\1\1", Identity{"", ""}},
    {"OAUTHBEARER", "y,a=an=2Cna=3D,\1auth=Bearer x\1\1", Identity{"an,na=", ""}},
    {"OAUTHBEARER", "p=tls-unique,a=anna,\1auth=Bearer x\1\1", std::nullopt},
    {"OAUTHBEARER", "n,a=anna,auth=Bearer x\1\1", std::nullopt},
    {"OAUTHBEARER", "n,a=anna", std::nullopt},
    {"OAUTHBEARER", "", std::nullopt},
    // RFC 5802 section 5, RFC 7677 section 3.
    {"SCRAM-SHA-1", "n,,n=user,r=fyko+d2lbbFgONRv9qkxdawL", Identity{"user", ""}},
    {"SCRAM-SHA-256", "n,,n=user,r=rOprNGfwEbeRWgbNEkqO", Identity{"user", ""}},
    {"SCRAM-SHA-256", "y,a=ben,n=anna,r=x", Identity{"anna", "ben"}},
    {"SCRAM-SHA-256", "n,,n=an=2Cna=3D,r=x", Identity{"an,na=", ""}},
    {"SCRAM-SHA-256", "n,,n=an=2cna,r=x", std::nullopt},
    {"SCRAM-SHA-256", "n,,n=an=,r=x", std::nullopt},
    {"SCRAM-SHA-256", "n,,n=,r=x", std::nullopt},
    {"SCRAM-SHA-256", "n,,m=x,n=anna,r=x", std::nullopt},
    {"SCRAM-SHA-256", "n,b=ben,n=anna,r=x", std::nullopt},
    {"SCRAM-SHA-256", "p=tls-exporter,,n=anna,r=x", std::nullopt},
    {"SCRAM-SHA-256", "n,,n=anna", std::nullopt},
    {"SCRAM-SHA-256", "n,,n=an\nna,r=x", std::nullopt},
    {"SCRAM-SHA-256-PLUS", "n,,n=anna,r=x", std::nullopt},
    {"GSSAPI", "anna", std::nullopt},
    {"plain", "\0anna\0secret"s, std::nullopt},
};

} // namespace

TEST_CASE("sasl: a first message names its user")
{
    for (const Case& c : cases) {
        INFO(c.mechanism, ": ", c.message);
        CHECK(sasl::identify(c.mechanism, c.message) == c.expected);
    }
}

TEST_CASE("sasl: a first message cut anywhere names nobody else")
{
    for (const Case& c : cases) {
        for (std::size_t size = 0; c.expected && size < c.message.size(); ++size) {
            INFO(c.mechanism, ": ", c.message.substr(0, size));
            const auto cut = sasl::identify(c.mechanism, c.message.substr(0, size));
            CHECK((!cut || c.mechanism == "LOGIN" || *cut == *c.expected));
        }
    }
}

TEST_CASE("sasl: the mailbox is that of whom one acts as")
{
    CHECK(Identity{"anna", ""}.mailbox() == "anna");
    CHECK(Identity{"anna", "ben"}.mailbox() == "ben");
}

TEST_CASE("sasl: which mechanisms name their user, and who speaks first")
{
    for (const auto name : {"PLAIN", "LOGIN", "XOAUTH2", "OAUTHBEARER", "SCRAM-SHA-1",
                            "SCRAM-SHA-256", "SCRAM-SHA-512"}) {
        INFO(name);
        CHECK(sasl::can_identify(name));
    }
    for (const auto name :
         {"", "GSSAPI", "EXTERNAL", "ANONYMOUS", "CRAM-MD5", "SCRAM-SHA-256-PLUS"}) {
        INFO(name);
        CHECK_FALSE(sasl::can_identify(name));
    }
    CHECK(sasl::who_begins("LOGIN") == sasl::First::user_on_prompt);
    CHECK(sasl::who_begins("PLAIN") == sasl::First::client);
}

TEST_CASE("sasl: a login that is refused unread is known by its name, if it says one")
{
    const auto of_ben = sasl::attempt_by("PLAIN", "YmVuAGFubmEAc2VjcmV0", "why");
    CHECK(of_ben.who == Identity{"anna", "ben"});
    CHECK(of_ben.mechanism == "PLAIN");
    CHECK(of_ben.why == "why");
    for (const auto nameless : {"", "=", "!", "c2VjcmV0"}) {
        INFO(nameless);
        CHECK(sasl::attempt_by("PLAIN", nameless, "why").who == Identity{});
    }
}
