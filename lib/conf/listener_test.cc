// SPDX-License-Identifier: Apache-2.0
// [listener] sections of the proxies: what is read, and what does not fit together.
#include "conf/read.h"

#include <doctest/doctest.h>

namespace {

std::string complaint(const std::string& keys)
{
    const auto lines = conf::read_text("[listener a]\n" + keys, "f").complaints();
    return lines.empty() ? "" : lines.front();
}

constexpr const char* plain_imap = "program = imap-proxy\ntls = none\n"
                                   "auth-without-tls = yes\n";
constexpr const char* plain_pop = "program = pop-proxy\ntls = none\n"
                                  "auth-without-tls = yes\n";

std::string of_imap(const std::string& keys)
{
    return complaint(plain_imap + keys);
}

std::string of_pop(const std::string& keys)
{
    return complaint(plain_pop + keys);
}

} // namespace

TEST_CASE("conf: a listener of a proxy says how its backend is spoken to")
{
    const std::string print(64, 'a');
    const auto [settings, document, problems] =
        conf::read_text("[listener a]\nprogram = imap-proxy\ntls = implicit\n"
                        "certificate = /c /k\nbackend = mail.test:993\n"
                        "backend-tls = implicit\nbackend-verify = fingerprint\n"
                        "backend-fingerprint = AA:" +
                            print.substr(2) +
                            "\nbackend-compress = yes\nclient-info = id\n"
                            "login-mechanisms = plain, scram-sha-256 PLAIN\ncompress = no\n"
                            "user-domain = example.org\n",
                        "f");
    REQUIRE(problems.empty());
    const conf::Listener& listener = settings.listeners.at(0);
    CHECK(listener.backend_tls == conf::BackendTls::implicit);
    CHECK(listener.backend_verify == conf::BackendVerify::fingerprint);
    CHECK(listener.backend_fingerprint == print);
    CHECK(listener.backend_compress);
    CHECK(listener.client_info == db::ClientInfo::id);
    CHECK(listener.login_mechanisms == std::vector<std::string>{"PLAIN", "SCRAM-SHA-256"});
    CHECK_FALSE(listener.compress);
    CHECK(listener.user_domain == "example.org");
}

TEST_CASE(
    "conf: a backend is spoken to by STARTTLS and with its name unless somebody says more")
{
    const conf::Listener listener;
    CHECK(listener.backend_tls == conf::BackendTls::starttls);
    CHECK(listener.backend_verify == conf::BackendVerify::name);
    CHECK(listener.login_mechanisms.size() == 6);
}

TEST_CASE("conf: values of the proxies that are none")
{
    CHECK(complaint("program = imapd\ntls = none\n") ==
          "f:2: program = imapd: must be one of: smtp-relayd, pop-proxy, imap-proxy, "
          "ums-popd");
    CHECK(of_imap("backend = h:143\nbackend-tls = may\n") ==
          "f:6: backend-tls = may: must be one of: none, starttls, implicit");
    CHECK(of_imap("backend = h:143\nclient-info = xforward\n") ==
          "f:6: client-info = xforward: must be one of: none, proxy, id, xclient");
    CHECK(of_imap("login-mechanisms =\n") ==
          "f:5: login-mechanisms is empty: nobody can log in");
    CHECK(of_imap("login-mechanisms = PLAIN EXTERNAL\n") ==
          "f:5: login-mechanisms = PLAIN EXTERNAL: has \"EXTERNAL\", which is none of "
          "PLAIN LOGIN XOAUTH2 OAUTHBEARER SCRAM-SHA-256 SCRAM-SHA-1");
    CHECK(
        of_imap("backend = h:143\nbackend-fingerprint = aa\nbackend-verify = fingerprint\n")
            .starts_with("f:6: backend-fingerprint = aa: is no SHA-256 fingerprint"));
}

TEST_CASE("conf: a key that the program of a listener does not have is an error, both ways")
{
    struct Case {
        std::string keys;
        std::string complaint;
    };
    const Case relayd[] = {
        {"backend-tls = none\n", "f:3: backend-tls is not for smtp-relayd"},
        {"login-mechanisms = PLAIN\n", "f:3: login-mechanisms is not for smtp-relayd"},
        {"apop = no\n", "f:3: apop is not for smtp-relayd"},
        {"user-domain = a\n", "f:3: user-domain is not for smtp-relayd"},
    };
    for (const Case& each : relayd)
        CHECK(complaint("tls = none\n" + each.keys) == each.complaint);
    const Case proxies[] = {
        {"auth = users\n", "f:5: auth is not for imap-proxy"},
        {"auth-required = no\n", "f:5: auth-required is not for imap-proxy"},
        {"relay-from = 192.0.2.1\n", "f:5: relay-from is not for imap-proxy"},
        {"trust-xforward = 192.0.2.1\n", "f:5: trust-xforward is not for imap-proxy"},
        {"etrn = no\n", "f:5: etrn is not for imap-proxy"},
        {"apop = no\n", "f:5: apop is not for imap-proxy"},
    };
    for (const Case& each : proxies)
        CHECK(of_imap(each.keys) == each.complaint);
    CHECK(of_pop("compress = yes\n") == "f:5: compress is not for pop-proxy");
    CHECK(of_pop("backend-compress = yes\n") ==
          "f:5: backend-compress is not for pop-proxy");
    CHECK(of_pop("trust-proxy = 192.0.2.1\ntrust-xclient = 192.0.2.1\n").empty());
}

TEST_CASE("conf: what does not fit together in a listener of a proxy")
{
    CHECK(complaint("program = pop-proxy\ntls = none\n") ==
          "f:3: tls = none needs auth-without-tls = yes, or nobody can log in");
    CHECK(complaint("program = pop-proxy\ntls = required\ncertificate = /c /k\n"
                    "auth-without-tls = yes\n") ==
          "f:5: auth-without-tls = yes contradicts tls = required");
    CHECK(complaint("program = pop-proxy\n") ==
          "f:1: tls needs a certificate, here or in [tls]; or say tls = none");
    CHECK(of_imap("").empty()); // users with routes may log in
    CHECK(of_imap("client-info = id\n") ==
          "f:5: client-info needs backend = host:port; users' routes have columns for it");
    CHECK(of_pop("apop = yes\n") ==
          "f:5: apop needs backend = host:port: the challenge comes from there");
    CHECK(of_imap("backend = h:1\nbackend-tls = none\n").empty());
    CHECK(of_imap("backend = h:1\nbackend-tls = none\nbackend-verify = name\n") ==
          "f:7: backend-verify needs backend-tls = starttls or implicit");
    CHECK(of_imap("backend = h:1\nbackend-verify = none\nbackend-ca = /ca\n") ==
          "f:7: backend-ca needs backend-verify = name");
    CHECK(of_imap("backend = h:1\nbackend-fingerprint = " + std::string(64, '0') + "\n") ==
          "f:6: backend-fingerprint needs backend-verify = fingerprint");
    CHECK(of_imap("backend = h:1\nbackend-verify = fingerprint\n") ==
          "f:6: backend-verify = fingerprint needs backend-fingerprint");
    CHECK(of_imap("backend = h:1\nclient-info = xclient\n") ==
          "f:6: client-info = xclient is for pop-proxy");
    CHECK(of_pop("backend = h:1\nclient-info = id\n") ==
          "f:6: client-info = id is for imap-proxy");
}

TEST_CASE("conf: a listener is not its own backend")
{
    const auto said = [](const std::string& address, const std::string& backend) {
        return of_imap("address = " + address + "\nbackend = " + backend + "\n");
    };
    CHECK(said("192.0.2.1:143", "192.0.2.1:143") ==
          "f:6: backend = 192.0.2.1:143 is the listener's own address");
    CHECK(said("*:143", "127.0.0.1:143").ends_with("own address"));
    CHECK(said("0.0.0.0:143", "[::1]:143").ends_with("own address"));
    CHECK(said("*:143", "127.0.0.1:144").empty());
    CHECK(said("*:143", "192.0.2.1:143").empty()); // of another machine, perhaps
    CHECK(said("192.0.2.1:143", "192.0.2.2:143").empty());
    CHECK(said("192.0.2.1:143", "mail.test:143").empty());
}
