// SPDX-License-Identifier: Apache-2.0
#include "base/clock.h"
#include "conf/kinds.h"

#include <doctest/doctest.h>

namespace {

constexpr std::int64_t bad = -1;

} // namespace

TEST_CASE("conf: sizes")
{
    struct Row {
        const char* text;
        std::int64_t value;
    };
    for (const Row& row :
         {Row{"0", 0}, Row{"800", 800}, Row{"38k", 38 << 10}, Row{"64M", 64 << 20},
          Row{"1G", 1 << 30}, Row{"2T", 1LL << 41}, Row{"", bad}, Row{"k", bad},
          Row{"1m", bad}, Row{"-1", bad}, Row{"1.5G", bad}, Row{"12x", bad}, Row{" 1", bad},
          Row{"1kk", bad}, Row{"99999999999999999999", bad}, Row{"9999999999T", bad}}) {
        CAPTURE(row.text);
        CHECK(conf::parse_size(row.text, 0, conf::one_exabyte).value_or(bad) == row.value);
    }
    CHECK(conf::show_size(100 << 10) == "100k");
    CHECK(conf::show_size(64 << 20) == "64M");
    CHECK(conf::show_size(1000) == "1000");
    CHECK(conf::show_size(0) == "0");
    CHECK(conf::parse_size("1k", 2048, 4096).error() == "must be at least 2k");
    CHECK(conf::parse_size("1M", 2048, 4096).error() == "must be at most 4k");
}

TEST_CASE("conf: durations and numbers")
{
    CHECK(conf::parse_seconds("15m", 0, conf::ten_years).value_or(bad) == 900);
    CHECK(conf::parse_seconds("5d", 0, conf::ten_years).value_or(bad) == 432000);
    CHECK(conf::parse_seconds("0", 1, 60).error() == "must be at least 1s");
    CHECK(conf::parse_seconds("2m", 1, 60).error() == "must be at most 1m");
    CHECK(conf::parse_seconds("soon", 1, 60).error() ==
          "is no duration, such as 90s, 15m, 4h or 5d");
    for (const std::int64_t seconds : {0, 1, 59, 60, 90, 3600, 5400, 86400, 90000, 432000})
        CHECK(base::parse_duration(conf::show_seconds(seconds)) == seconds);
    CHECK(conf::parse_number("12", 0, 99).value_or(bad) == 12);
    CHECK(conf::parse_number("+12", 0, 99).value_or(bad) == bad);
    CHECK(conf::parse_number("12x", 0, 99).error() == "is no number");
    CHECK(conf::parse_number("100", 0, 99).error() == "must be at most 99");
}

TEST_CASE("conf: checked text")
{
    struct Row {
        std::string (*check)(std::string_view);
        const char* text;
        bool sound;
    };
    for (const Row& row : {
             Row{conf::wrong_path, "/a", true},
             Row{conf::wrong_path, "a", false},
             Row{conf::wrong_host, "mx.example", true},
             Row{conf::wrong_host, "mx example", false},
             Row{conf::wrong_host, ".example", false},
             Row{conf::wrong_host_port, "mx.example:25", true},
             Row{conf::wrong_host_port, "[2001:db8::1]:25", true},
             Row{conf::wrong_host_port, "mx.example", false},
             Row{conf::wrong_host_port, "mx.example:0", false},
             Row{conf::wrong_host_port, "mx.example:65536", false},
             Row{conf::wrong_host_port, "2001:db8::1:25", false},
             Row{conf::wrong_endpoint, "127.0.0.1:2525", true},
             Row{conf::wrong_endpoint, "*:25", true},
             Row{conf::wrong_endpoint, "localhost:25", false},
             Row{conf::wrong_ip, "192.0.2.1", true},
             Row{conf::wrong_ip, "192.0.2.1:25", false},
             Row{conf::wrong_mailbox, "postmaster@mx.example", true},
             Row{conf::wrong_mailbox, "postmaster", false},
             Row{conf::wrong_mailbox, "<a@b>", false},
             Row{conf::wrong_durations, "5m 10m, 4h", true},
             Row{conf::wrong_durations, "5m 0", false},
             Row{conf::wrong_tls_version, "TLSv1.3", true},
             Row{conf::wrong_tls_version, "SSLv3", false},
         }) {
        CAPTURE(row.text);
        CHECK(row.check(row.text).empty() == row.sound);
    }
}

TEST_CASE("conf: lists")
{
    CHECK(conf::NetworkList::parse("192.0.2.0/24, 2001:db8::/32").has_value());
    CHECK(conf::NetworkList::parse("192.0.2.0/33").error() ==
          "has \"192.0.2.0/33\", which is no network such as 192.0.2.0/24");
    const auto certificate = conf::CertificateFile::parse("/c.pem /k.pem");
    REQUIRE(certificate.has_value());
    CHECK(certificate->chain_file == "/c.pem");
    CHECK(certificate->key_file == "/k.pem");
    CHECK(conf::CertificateFile::parse("/both.pem")->key_file == "/both.pem");
    CHECK(!conf::CertificateFile::parse("c.pem").has_value());
    CHECK(!conf::CertificateFile::parse("/a /b /c").has_value());
    CHECK(conf::ResolverList::parse("192.0.2.53 127.0.0.1@5353")->size() == 2);
    CHECK(!conf::ResolverList::parse("ns.example").has_value());
    CHECK(!conf::ResolverList::parse("127.0.0.1@x").has_value());
    CHECK(conf::Choice<conf::ListenerTls>::parse("always").error() ==
          "must be one of: none, starttls, required, implicit");
    CHECK(!conf::YesNo::parse("true").has_value());
}
