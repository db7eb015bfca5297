// SPDX-License-Identifier: Apache-2.0
#include "base/failure.h"
#include "conf/read.h"

#include <doctest/doctest.h>
#include <fstream>
#include <unistd.h>

namespace {

std::vector<std::string> complaints(std::string_view text)
{
    return conf::read_text(text, "f").complaints();
}

std::string complaint(std::string_view text)
{
    const auto lines = complaints(text);
    return lines.empty() ? "" : lines.front();
}

// A file of this name and content for the time of a test.
struct TemporaryFile {
    explicit TemporaryFile(std::string_view text)
    {
        path = "/tmp/sponts-conf-test." + std::to_string(::getpid());
        std::ofstream(path) << text;
    }
    ~TemporaryFile() { (void)::unlink(path.c_str()); }
    std::string path;
};

} // namespace

TEST_CASE("conf: an empty file gives the defaults")
{
    const conf::Reading reading = conf::read_text("", "f");
    CHECK(reading.problems.empty());
    CHECK(reading.settings.smtp_relayd.idle_timeout == 300);
    CHECK(reading.settings.queue.segment_size == 64u << 20);
    CHECK(reading.settings.listeners.empty());
}

TEST_CASE("conf: every section is read into its struct")
{
    const auto [settings, document, problems] = conf::read_text(R"(
[general]
hostname = mx.example
spool = /s
[log]
target = syslog
format = json
level = debug
[tls]
certificate = /c1 /k1
certificate = /c2 /k2
[listener submission]
address = 127.0.0.1:5870
tls = required
auth = users
auth-required = yes
relay-from = 192.0.2.0/24,
  2001:db8::/32
[smtp-relayd]
message-size = 38k
idle-timeout = 1m
stray-newline = normalise
[smtp-sendd]
retry = 1m 2m
resolvers = 127.0.0.1@53
hold-5xx = yes
mx-port = 2525
[pop-proxy]
idle-timeout = 15m
command-line = 1k
connections-per-user = 3
[imap-proxy]
literal = 4k
login-delay = 0
[queue]
retention = 2d
)",
                                                                "f");
    REQUIRE(problems.empty());
    CHECK(settings.general.hostname == "mx.example");
    CHECK(settings.log.target == base::LogTarget::syslog);
    CHECK(settings.log.format == base::LogFormat::json);
    CHECK(settings.log.level == base::Level::debug);
    REQUIRE(settings.tls.certificates.size() == 2);
    CHECK(settings.tls.certificates[1].key_file == "/k2");
    REQUIRE(settings.listeners.size() == 1);
    const conf::Listener& listener = settings.listeners[0];
    CHECK(listener.name == "submission");
    CHECK(listener.tls == conf::ListenerTls::required);
    CHECK(listener.auth == conf::AuthSource::users);
    CHECK(listener.auth_required);
    CHECK(listener.relay_from.contains(*net::Address::parse_ip("2001:db8::5")));
    CHECK(settings.smtp_relayd.limits.message_size == 38u << 10);
    CHECK(settings.smtp_relayd.idle_timeout == 60);
    CHECK(settings.smtp_relayd.stray_newline == conf::StrayNewline::normalise);
    CHECK(settings.smtp_sendd.hold_5xx);
    CHECK(settings.smtp_sendd.mx_port == 2525);
    CHECK(settings.pop_proxy.common.idle_timeout == 900);
    CHECK(settings.pop_proxy.common.connections_per_user == 3);
    CHECK(settings.pop_proxy.limits.command_line == 1024);
    CHECK(settings.imap_proxy.limits.literal == 4096);
    CHECK(settings.imap_proxy.common.login_delay == 0);
    CHECK(settings.imap_proxy.common.idle_timeout == 1860);
    CHECK(settings.queue.retention == 2 * 86400);
}

TEST_CASE("conf: mistakes are named with file and line")
{
    CHECK(complaint("[general]\nhostnam = a\n") ==
          "f:2: unknown key \"hostnam\" in [general]");
    CHECK(complaint("[bogus]\n") == "f:1: unknown section [bogus]");
    CHECK(complaint("a = b\n") == "f:1: key before the first [section]");
    CHECK(complaint("[general]\nspool = /a\nspool = /b\n") ==
          "f:3: spool again, first in line 2");
    CHECK(complaint("[smtp-relayd]\nerrors = 0\n") ==
          "f:2: errors = 0: must be at least 1");
    CHECK(complaint("[smtp-relayd]\nerrors =\n") == "f:2: errors = : is no number");
    CHECK(complaint("[smtp-sendd]\nmx-port = 70000\n") ==
          "f:2: mx-port = 70000: must be at most 65535");
    CHECK(complaint("[queue]\nsegment-age = 1y\n") ==
          "f:2: segment-age = 1y: is no duration, such as 90s, 15m, 4h or 5d");
    CHECK(complaint("[listener a b]\n").starts_with("f:1: name of a listener: letters"));
    CHECK(complaint("[listener]\n") == "f:1: unknown section [listener]");
    CHECK(complaint("[general]\nspool =\n") == "f:2: spool must not be empty");
}

TEST_CASE("conf: every mistake of a file is reported, in the order of lines")
{
    const auto lines = complaints("[queue]\nretention = x\n[general]\nspool = y\n[what]\n");
    REQUIRE(lines.size() == 3);
    CHECK(lines[0].starts_with("f:2: retention"));
    CHECK(lines[1].starts_with("f:4: spool"));
    CHECK(lines[2].starts_with("f:5: unknown section"));
}

TEST_CASE("conf: what does not fit together")
{
    CHECK(complaint("[listener a]\ntls = starttls\n") ==
          "f:2: tls needs a certificate, here or in [tls]; or say tls = none");
    CHECK(complaint("[listener a]\naddress = 127.0.0.1:25\n") ==
          "f:1: tls needs a certificate, here or in [tls]; or say tls = none");
    CHECK(complaint("[listener a]\ntls = implicit\ncertificate = /c /k\n") == "");
    CHECK(complaint("[tls]\ncertificate = /c /k\n[listener a]\n") == "");
    CHECK(complaint("[listener a]\ntls = none\nauth = users\n") ==
          "f:3: auth needs tls, or auth-without-tls = yes");
    CHECK(complaint("[listener a]\ntls = none\nauth = users\nauth-without-tls = yes\n") ==
          "");
    CHECK(complaint("[listener a]\ntls = none\nauth-required = yes\n") ==
          "f:3: auth-required = yes needs auth");
    CHECK(complaint("[general]\ndatabase =\n[listener a]\ntls = none\n"
                    "auth-without-tls = yes\nauth = users\n") ==
          "f:6: auth = users needs a database in [general]");
    CHECK(complaint("[listener a]\ntls = none\nauth-without-tls = yes\nauth = backend\n") ==
          "f:4: auth = backend needs auth-backend = host:port");
    CHECK(complaint("[listener a]\ntls = none\nauth-without-tls = yes\nauth = dovecot\n") ==
          "f:4: auth = dovecot needs auth-socket = path");
    CHECK(complaint("[listener a]\ntls = none\naddress = [::1]:25\n"
                    "[listener b]\ntls = none\naddress = [0::1]:25\n") ==
          "f:6: address = [0::1]:25 is that of listener a");
    CHECK(complaint("[smtp-sendd]\nsrs-domain = a.example\n") ==
          "f:2: srs-secret-file and srs-domain are needed together");
    CHECK(complaint("[queue]\nretention = 2d\ntenant-retention = a=1d b=47h\n") == "");
    CHECK(complaint("[queue]\nretention = 2d\ntenant-retention = a=1d b=48h\n") ==
          "f:3: tenant-retention = b=48h is not shorter than retention");
    CHECK(complaint("[queue]\ntenant-retention = a=1d\n") ==
          "f:2: tenant-retention = a=1d is not shorter than retention");
    CHECK(complaint("[queue]\nretention = 2d\ntenant-retention = a=1d a=2h\n") ==
          "f:3: tenant-retention = a=1d a=2h: has a twice");
    CHECK(complaint("[queue]\nretention = 2d\ntenant-retention = a/messages=1d\n") ==
          "f:3: tenant-retention = a/messages=1d: has \"a/messages=1d\", which is not "
          "TENANT=PERIOD");
    CHECK(complaint("[general]\ndatabase =\n[queue]\nretention = 2d\n"
                    "tenant-retention = a=1d\n") ==
          "f:5: tenant-retention needs a database in [general]");
    CHECK(complaint("[general]\ndatabase =\n[replay]\nusers = yes\n") ==
          "f:4: users = yes needs a database in [general]");
}

TEST_CASE("conf: a file that cannot be used is a failure with exit status 78")
{
    CHECK_THROWS_WITH_AS((void)conf::read_settings("/nonexistent/sponts.conf"),
                         "open /nonexistent/sponts.conf: No such file or directory",
                         base::Failure);
    const TemporaryFile file(
        "[tls]\ncertificate = /nonexistent/c.pem /nonexistent/k.pem\n");
    try {
        (void)conf::read_settings(file.path);
        FAIL("a missing certificate was taken");
    } catch (const base::Failure& failure) {
        CHECK(failure.exit_status() == 78);
        CHECK(std::string(failure.what()) ==
              file.path + ":2: certificate: no such file: /nonexistent/c.pem" +
                  " (and 1 more: sponts check shows all)");
    }
}

TEST_CASE("conf: whose file programs of interception believe")
{
    struct Case {
        mode_t mode;
        uid_t owner;
        const char* wrong; // nullptr: nothing
    };
    constexpr uid_t us = 1234;
    constexpr uid_t officer = 1000;
    constexpr const char* other = "must belong to root or to the user who runs this";
    constexpr const char* writable = "others may write it: chmod go-w";
    constexpr const char* special = "not a regular file";
    const Case cases[] = {
        {S_IFREG | 0644, 0, nullptr},     {S_IFREG | 0600, us, nullptr},
        {S_IFREG | 0640, 0, nullptr},     {S_IFREG | 0600, officer, other},
        {S_IFREG | 0444, officer, other}, {S_IFREG | 0664, 0, writable},
        {S_IFREG | 0646, 0, writable},    {S_IFREG | 0620, us, writable},
        {S_IFIFO | 0600, 0, special},     {S_IFCHR | 0600, us, special},
        {S_IFSOCK | 0600, 0, special},
    };
    for (const Case& one : cases) {
        struct stat status{};
        status.st_mode = one.mode;
        status.st_uid = one.owner;
        const auto wrong = conf::distrust(status, us);
        CHECK(wrong.value_or("") == (one.wrong == nullptr ? "" : one.wrong));
    }
    const TemporaryFile file("[general]\nhostname = mx.example\n");
    CHECK(conf::read_trusted_settings(file.path).general.hostname == "mx.example");
    REQUIRE(::chmod(file.path.c_str(), 0664) == 0);
    CHECK_THROWS_WITH_AS((void)conf::read_trusted_settings(file.path),
                         (file.path + ": " + writable).c_str(), base::Failure);
}

TEST_CASE("conf: names that are not set are filled in")
{
    const TemporaryFile file("[general]\nhostname = mx.example\n");
    CHECK(conf::read_settings(file.path).general.postmaster == "postmaster@mx.example");
    const TemporaryFile other("");
    CHECK(!conf::read_settings(other.path).general.hostname.empty());
}

TEST_CASE("conf: the dump shows every value and where it came from")
{
    const TemporaryFile file("[general]\nhostname = mx.example\n"
                             "[listener smtp]\ntls = none\nrelay-from = 192.0.2.1\n");
    const std::string dump = conf::dump_settings(file.path);
    CHECK(dump.find("hostname = mx.example  # " + file.path + ":2\n") != std::string::npos);
    CHECK(dump.find("spool = /var/spool/sponts  # default\n") != std::string::npos);
    CHECK(dump.find("[listener smtp]\n") != std::string::npos);
    CHECK(dump.find("tls = none  # " + file.path + ":4\n") != std::string::npos);
}

TEST_CASE("conf: the sample file says nothing but the defaults")
{
    const std::string sample = conf::sample_file();
    CHECK(complaints(sample).empty());
    std::string active; // every key taken in, apart from listeners: they need certificates
    for (const char c : sample.substr(0, sample.find("#[listener")))
        active += c;
    for (std::size_t at = 0; (at = active.find("\n#", at)) != std::string::npos; ++at)
        if (active[at + 2] != ' ' && active[at + 2] != '\n')
            active.erase(at + 1, 1);
    CHECK(complaints(active).empty());
    CHECK(conf::read_text(active, "f").document.entries.size() > 60);
}
