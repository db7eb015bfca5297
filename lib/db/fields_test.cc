// SPDX-License-Identifier: Apache-2.0
#include "db/fields.h"

#include <doctest/doctest.h>
#include <string>

namespace {

struct Case {
    db::Checked (*check)(std::string_view);
    std::string_view text;
    std::string_view stored; // "!": refused
};

const std::string hex64(64, 'A');
const std::string key32 = "WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=";

constexpr Case cases[] = {
    {db::check_domain, "Example.ORG", "example.org"},
    {db::check_domain, "example.org.", "example.org"},
    {db::check_domain, "b\xc3\xbc\x63her.example", "xn--bcher-kva.example"},
    {db::check_domain, "", "!"},
    {db::check_domain, "a b", "!"},
    {db::check_domain, "a..b", "!"},
    {db::check_domain, "-a.example", "!"},
    {db::check_domain, "under_score.example", "!"},
    {db::check_domain, "user@example.org", "!"},
    {db::check_address, "Jane.Doe@Example.org", "jane.doe@example.org"},
    {db::check_address, "j\xc3\xb6rg@b\xc3\xbc\x63her.example",
     "j\xc3\xb6rg@xn--bcher-kva.example"},
    {db::check_address, "jane", "!"},
    {db::check_address, "postmaster", "!"},
    {db::check_address, "@example.org", "!"},
    {db::check_address, "a@b@example.org", "!"},
    {db::check_address, "a%b@example.org", "!"},
    {db::check_address, "host!user@example.org", "!"},
    {db::check_address, "\"a@b\"@example.org", "!"},
    {db::check_address, "a b@example.org", "!"},
    {db::check_address, "a\x01@example.org", "!"},
    {db::check_target, "Jane@Example.org", "Jane@example.org"},
    {db::check_target, "", ""},
    {db::check_pattern, "*", "*"},
    {db::check_pattern, "Example.org", "example.org"},
    {db::check_pattern, ".Example.org", ".example.org"},
    {db::check_pattern, "Jane@example.org", "jane@example.org"},
    {db::check_pattern, "..example.org", "!"},
    {db::check_pattern, "*.example.org", "!"},
    {db::check_pattern, "", "!"},
    {db::check_host, "Mail_1.internal", "mail_1.internal"},
    {db::check_host, "192.0.2.1", "192.0.2.1"},
    {db::check_host, "[192.0.2.1]", "192.0.2.1"},
    {db::check_host, "2001:DB8::1", "2001:db8::1"},
    {db::check_host, "[IPv6:2001:db8::1]", "2001:db8::1"},
    {db::check_host, "[2001:db8::1]", "2001:db8::1"},
    {db::check_host, "mx:Example.net", "mx:example.net"},
    {db::check_host, "192.0.2.300", "!"},
    {db::check_host, "[192.0.2.300]", "!"},
    {db::check_host, "[192.0.2.1", "!"},
    {db::check_host, "[", "!"},
    {db::check_host, "mx:", "!"},
    {db::check_host, "host:25", "!"},
    {db::check_host, "", "!"},
    {db::check_tls_name, "", ""},
    {db::check_tls_name, "MX.example", "mx.example"},
    {db::check_port, "1", "1"},
    {db::check_port, "65535", "65535"},
    {db::check_port, "0", "!"},
    {db::check_port, "65536", "!"},
    {db::check_port, "25x", "!"},
    {db::check_port, "-25", "!"},
    {db::check_port, "99999999999999999999", "!"},
    {db::check_port, " 25", "!"},
    {db::check_priority, "0", "0"},
    {db::check_priority, "007", "7"},
    {db::check_flag, "yes", "1"},
    {db::check_flag, "OFF", "0"},
    {db::check_flag, "2", "!"},
    {db::check_verify, "List", "list"},
    {db::check_verify, "maybe", "!"},
    {db::check_protocol, "lmtp", "lmtp"},
    {db::check_protocol, "imaps", "imaps"},
    {db::check_protocol, "http", "!"},
    {db::check_pattern, "Ann_B", "ann_b"},
    {db::check_pattern, "u+17", "u+17"},
    {db::check_pattern, ".u+17", "!"},
    {db::check_pattern, "ann b", "!"},
    {db::check_mail_pattern, "ann_b", "!"},
    {db::check_tls, "encrypt", "encrypt"},
    {db::check_tls, "ssl", "!"},
    {db::check_client_info, "proxy", "proxy"},
    {db::check_kind, "forward", "forward"},
    {db::check_kind, "alias", "!"},
    {db::check_fingerprint, "", ""},
    {db::check_fingerprint, "ab:cd", "!"},
    {db::check_file, "", ""},
    {db::check_file, "/etc/sponts/x", "/etc/sponts/x"},
    {db::check_file, "etc/x", "!"},
    {db::check_file, "/etc/../x", "!"},
    {db::check_file, "/etc/..", "!"},
    {db::check_file, "/etc/a\nb", "!"},
    {db::check_user, "J\xc3\xb6rg", "J\xc3\xb6rg"},
    {db::check_user, "", "!"},
    {db::check_user, "a\tb", "!"},
    {db::check_password_hash, "", ""},
    {db::check_password_hash, "$argon2id$v=19$m=1", "$argon2id$v=19$m=1"},
    {db::check_password_hash, "secret", "!"},
    {db::check_scram, "", ""},
    {db::check_scram, "SCRAM-SHA-256$4096:", "!"},
    {db::check_scram, "SCRAM-SHA-1$4096:AAAA$AAAA:AAAA", "!"},
};

} // namespace

TEST_CASE("db: what may stand in a column, and how it is stored")
{
    for (const Case& each : cases) {
        CAPTURE(each.text);
        const db::Checked found = each.check(each.text);
        CHECK((found ? *found : "!") == each.stored);
        if (found)
            CHECK(each.check(*found).value() == *found); // stored forms stay as they are
        else
            CHECK_FALSE(found.error().empty());
    }
}

TEST_CASE("db: fingerprints lose their colons, verifiers are looked into")
{
    CHECK(db::check_fingerprint(hex64).value() == std::string(64, 'a'));
    std::string colons;
    for (int i = 0; i < 32; ++i)
        colons += i == 0 ? "AB" : ":AB";
    CHECK(db::check_fingerprint(colons).value().size() == 64);

    const std::string good = "SCRAM-SHA-256$4096:c2FsdA==$" + key32 + ":" + key32;
    CHECK(db::check_scram(good).value() == good);
    for (std::size_t size = 1; size < good.size(); ++size) {
        CAPTURE(size);
        CHECK_FALSE(db::check_scram(good.substr(0, size)));
    }
    CHECK_FALSE(db::check_scram("SCRAM-SHA-256$100:c2FsdA==$" + key32 + ":" + key32));
}

TEST_CASE("db: a refused password is not repeated")
{
    const db::Checked found = db::check_password_hash("my secret");
    REQUIRE_FALSE(found);
    CHECK(found.error().find("my secret") == std::string::npos);
}
