// SPDX-License-Identifier: Apache-2.0
// What the sessions of a proxy are told of their listener and its backend.
#include "base/failure.h"
#include "conf/read.h"
#include "daemon/proxy_listeners.h"

#include <doctest/doctest.h>
#include <string>

using namespace daemons;

namespace {

conf::Settings read(const std::string& text)
{
    conf::Reading reading = conf::read_text(text, "f");
    REQUIRE(reading.problems.empty());
    return std::move(reading.settings);
}

proxy::ListenerPtr only(const conf::Settings& settings, db::Service service)
{
    const ProxyListeners listeners = make_proxy_listeners(settings, service);
    REQUIRE(listeners.size() == 1);
    return listeners.begin()->second;
}

constexpr const char* plain = "tls = none\nauth-without-tls = yes\n";

db::RouteHost backend(db::Service service, const std::string& keys)
{
    const std::string program(proxy_program(service));
    const conf::Settings settings =
        read("[listener a]\nprogram = " + program + "\n" + plain + keys);
    return only(settings, service)->backend.value();
}

} // namespace

TEST_CASE("daemon: the backend of a listener is a row like those of the routes")
{
    using db::Service;
    const db::RouteHost usual = backend(Service::imap, "backend = mail.test:1430\n");
    CHECK(usual.host == "mail.test");
    CHECK(usual.port == 1430);
    CHECK(usual.protocol == db::Protocol::imap);
    CHECK(usual.tls == db::TlsPolicy::verify);
    const db::RouteHost open =
        backend(Service::pop3, "backend = [::1]:110\nbackend-tls = none\n");
    CHECK(open.host == "::1");
    CHECK(open.port == 110);
    CHECK(open.protocol == db::Protocol::pop3);
    CHECK(open.tls == db::TlsPolicy::none);
    const db::RouteHost pinned = backend(
        Service::pop3, "backend = a:995\nbackend-tls = implicit\nclient-info = xclient\n"
                       "backend-verify = fingerprint\nbackend-fingerprint = " +
                           std::string(64, 'b') + "\n");
    CHECK(pinned.protocol == db::Protocol::pop3s);
    CHECK(pinned.tls == db::TlsPolicy::fingerprint);
    CHECK(pinned.fingerprint == std::string(64, 'b'));
    CHECK(pinned.client_info == db::ClientInfo::xclient);
    const db::RouteHost believed = backend(
        Service::imap, "backend = a:993\nbackend-tls = implicit\nbackend-verify = none\n");
    CHECK(believed.protocol == db::Protocol::imaps);
    CHECK(believed.tls == db::TlsPolicy::encrypt);
    const db::RouteHost named =
        backend(Service::imap, "backend = a:143\nbackend-name = mail.example.org\n");
    CHECK(named.tls_name == "mail.example.org");
}

TEST_CASE("daemon: each proxy has its own listeners and its own section")
{
    const conf::Settings settings =
        read(std::string("[listener i]\nprogram = imap-proxy\ncompress = no\n") + plain +
             "[listener p]\nprogram = pop-proxy\nlogin-mechanisms = PLAIN\n" + plain +
             "[listener s]\ntls = none\n"
             "[imap-proxy]\nidle-timeout = 1h\nliteral = 1k\nconnections-per-user = 7\n"
             "[pop-proxy]\nlogin-timeout = 9s\ncommand-line = 300\nconnections = 5\n");
    const auto imap_listener = only(settings, db::Service::imap);
    CHECK(imap_listener->name == "i");
    CHECK_FALSE(imap_listener->backend.has_value());
    CHECK_FALSE(imap_listener->compress);
    CHECK(imap_listener->login_without_tls);
    CHECK(imap_listener->connections_per_user == 7);
    CHECK(imap_listener->times.idle == base::seconds{3600});
    CHECK(imap_listener->imap.literal == 1024);
    const auto pop_listener = only(settings, db::Service::pop3);
    CHECK(pop_listener->name == "p");
    CHECK(pop_listener->mechanisms == std::vector<std::string>{"PLAIN"});
    CHECK(pop_listener->passwords);
    CHECK(pop_listener->times.login == base::seconds{9});
    CHECK(pop_listener->times.idle == base::seconds{660});
    CHECK(pop_listener->pop3.command_line == 300);
    CHECK(proxy_rates(settings.pop_proxy.common).connections == 5);
}

TEST_CASE("daemon: passwords pass where PLAIN or LOGIN may")
{
    const auto passwords = [](const std::string& keys) {
        const conf::Settings settings =
            read("[listener i]\nprogram = imap-proxy\n" + keys + plain);
        return only(settings, db::Service::imap)->passwords;
    };
    CHECK(passwords(""));
    CHECK(passwords("login-mechanisms = LOGIN SCRAM-SHA-256\n"));
    CHECK_FALSE(passwords("login-mechanisms = SCRAM-SHA-256 XOAUTH2\n"));
}

TEST_CASE("daemon: a proxy without listeners, and with files it cannot use, does not start")
{
    CHECK_THROWS_WITH_AS((void)make_proxy_listeners(read(""), db::Service::pop3),
                         "f: no [listener] section for pop-proxy", base::Failure);
    const conf::Settings settings =
        read(std::string("[listener a]\nprogram = imap-proxy\n") + plain +
             "backend = a:143\nbackend-ca = /nonexistent/ca.pem\n");
    CHECK_THROWS_AS((void)make_proxy_listeners(settings, db::Service::imap), base::Failure);
}
