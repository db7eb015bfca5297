// SPDX-License-Identifier: Apache-2.0
#include "sasl/dovecot.h"

#include <doctest/doctest.h>
#include <string>

using namespace std::literals;
namespace dovecot = sasl::dovecot;

namespace {

template <class Wanted>
Wanted parsed(std::string_view line)
{
    CAPTURE(line);
    const auto found = dovecot::parse_line(line);
    REQUIRE(found);
    REQUIRE(std::holds_alternative<Wanted>(*found));
    return std::get<Wanted>(*found);
}

} // namespace

TEST_CASE("sasl: what Dovecot says")
{
    CHECK(parsed<dovecot::Version>("VERSION\t1\t2").major == 1);
    CHECK(parsed<dovecot::Mech>("MECH\tPLAIN\tplaintext").plaintext);
    CHECK(parsed<dovecot::Mech>("MECH\tX\tprivate").is_private);
    CHECK(parsed<dovecot::Spid>("SPID\t42").pid == "42");
    CHECK(parsed<dovecot::Cuid>("CUID\t1").id == "1");
    CHECK(parsed<dovecot::Cookie>("COOKIE\tabc").value == "abc");
    (void)parsed<dovecot::Done>("DONE");
    (void)parsed<dovecot::Other>("NEWS\tx");
    (void)parsed<dovecot::Other>("");
    const auto ok = parsed<dovecot::Ok>("OK\t7\tuser=an\001tna\tforward=x");
    CHECK(ok.id == 7);
    CHECK(ok.user == "an\tna");
    const auto fail = parsed<dovecot::Fail>("FAIL\t7\tuser=anna\ttemp\treason=try later");
    CHECK(fail.temporary);
    CHECK(fail.reason == "try later");
    CHECK_FALSE(parsed<dovecot::Fail>("FAIL\t8\tuser=anna").temporary);
    CHECK(parsed<dovecot::Fail>("FAIL\t8\tcode=temp_fail").temporary);
    CHECK(parsed<dovecot::Fail>("FAIL\t8\tcode=authz_fail").authorisation);
    CHECK(parsed<dovecot::Continue>("CONT\t9\tcj14").challenge == "cj14");
    CHECK(parsed<dovecot::Continue>("CONT\t9\t").challenge.empty());
}

TEST_CASE("sasl: what Dovecot must not say")
{
    for (const std::string& line :
         {"VERSION"s, "VERSION\t1"s, "VERSION\tx\t1"s, "MECH"s, "OK"s, "OK\tx"s, "OK\t-1"s,
          "OK\t4294967296"s, "FAIL\t"s, "CONT"s, std::string(9000, 'x')}) {
        CAPTURE(line);
        CHECK_FALSE(dovecot::parse_line(line));
    }
    CHECK(dovecot::parse_line("OK\t1" + std::string(4000, '\t')));
}

TEST_CASE("sasl: what we say to Dovecot")
{
    CHECK(dovecot::hello(42) == "VERSION\t1\t2\nCPID\t42\n");
    dovecot::Request request;
    request.id = 3;
    request.mechanism = "PLAIN";
    CHECK(dovecot::auth_request(request) == "AUTH\t3\tPLAIN\tservice=smtp\n");
    request.remote_ip = "192.0.2.1";
    request.local_ip = "192.0.2.2";
    request.remote_port = 1234;
    request.secured = true;
    request.tls_cipher = "a\tb";
    request.initial = true;
    request.response = "AGEAYg==";
    CHECK(dovecot::auth_request(request) == "AUTH\t3\tPLAIN\tservice=smtp\tlip=192.0.2."
                                            "2\trip=192.0.2.1\trport=1234\tsecured=tls\t"
                                            "tls_cipher=a\001tb\tresp=AGEAYg==\n");
    CHECK(dovecot::cont(3, "eA==") == "CONT\t3\teA==\n");
    CHECK(dovecot::cancel(3) == "CANCEL\t3\n");
    const std::string bytes = "a\0b\001c\td\re\nf"s;
    CHECK(dovecot::unescape(dovecot::escape(bytes)) == bytes);
    CHECK(dovecot::unescape("a\001") == "a\001");
    CHECK(dovecot::unescape("a\001xb") == "axb");
}
