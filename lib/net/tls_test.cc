// SPDX-License-Identifier: Apache-2.0
// Who may talk to whom by TLS, and what is known afterwards.
#include "net/test_support.h"
#include "net/ticket_keys.h"
#include "net/tls_state.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <string>
#include <unistd.h>
#include <vector>

using namespace net;
using net::test::Folder;
using net::test::make_certificate;
using net::test::run;
using net::test::TestCertificate;

namespace {

struct Outcome {
    TlsFacts server;
    TlsFacts client;
    std::string server_error;
    std::string client_error;
    std::string heard;
};

Task<void> serve(Stream stream, const TlsContext& context, Outcome& outcome)
{
    try {
        co_await stream.accept_tls(context);
        outcome.server = stream.tls();
        co_await stream.write("220 hello\r\n");
        const std::string said = co_await test::read_exactly(stream, 6);
        CHECK(said == "QUIT\r\n");
        stream.shutdown_write();
    } catch (const std::exception& error) {
        outcome.server_error = error.what();
    }
}

Task<void> visit(Stream stream, const TlsContext& context, std::string name,
                 Outcome& outcome)
{
    try {
        co_await stream.connect_tls(context, name);
        outcome.client = stream.tls();
        outcome.heard = co_await test::read_exactly(stream, 11);
        co_await stream.write("QU", "IT\r\n");
        const std::string rest = co_await test::read_all(stream);
        CHECK(rest.empty());
    } catch (const TlsFailure& error) {
        outcome.client_error = error.what();
    } catch (const PeerGone& error) {
        outcome.client_error = std::string("gone: ") + error.what();
    }
}

Outcome meet(const TlsContext& server, const TlsContext& client, const std::string& name)
{
    Loop loop;
    Outcome outcome;
    auto [one, other] = test::tcp_pair(loop);
    run(loop, serve(std::move(one), server, outcome),
        visit(std::move(other), client, name, outcome));
    return outcome;
}

Certificate files(const TestCertificate& certificate)
{
    return {certificate.chain_file, certificate.key_file};
}

// One that hangs up after a line, without close_notify, as many servers do.
Task<void> hang_up(Stream stream, const TlsContext& context)
{
    co_await stream.accept_tls(context);
    co_await stream.write("221 bye\r\n");
}

Task<void> hear_hang_up(Stream stream, const TlsContext& context, std::string& how,
                        bool& resumed)
{
    co_await stream.connect_tls(context, "mail.example");
    resumed = stream.tls().resumed;
    try {
        const std::string all = co_await test::read_all(stream);
        how = "ended";
    } catch (const PeerGone& gone) {
        how = gone.what();
    }
}

// Both sides write more than the sockets hold, and read at the same time.
Task<void> write_bulk(Stream& stream, std::string_view bytes)
{
    co_await stream.write(bytes.substr(0, 10), bytes.substr(10));
    stream.shutdown_write();
}

Task<void> read_bulk(Stream& stream, std::string& all)
{
    all = co_await test::read_all(stream);
}

Task<void> accept_and_hear(Stream& stream, const TlsContext& context)
{
    co_await stream.accept_tls(context);
    const std::string one = co_await test::read_exactly(stream, 1);
    CHECK(one == "x");
}

Task<void> connect_and_say(Stream& stream, const TlsContext& context)
{
    co_await stream.connect_tls(context, "");
    co_await stream.write("x");
}

Task<void> send_file_by_tls(Stream& stream, int file, std::uint64_t from,
                            std::uint64_t length)
{
    co_await stream.write_file(file, from, length);
    stream.shutdown_write();
}

struct Party {
    Folder folder;
    TestCertificate mail =
        make_certificate(folder, "mail", {"mail.example", "smtp.example"});
    TestCertificate wild = make_certificate(folder, "wild", {"*.wild.example"});
    ServerTlsOptions options = server_options();

private:
    [[nodiscard]] ServerTlsOptions server_options() const
    {
        ServerTlsOptions result;
        result.certificates = {files(mail), files(wild)};
        return result;
    }
};

ClientTlsOptions by_name(const TestCertificate& certificate)
{
    ClientTlsOptions options;
    options.verify = TlsVerify::name;
    options.ca_file = certificate.chain_file;
    return options;
}

// As older programs write it.
std::string labelled(std::string pem, const std::string& label)
{
    constexpr std::string_view usual = "CERTIFICATE";
    for (std::size_t at = 0; (at = pem.find(usual, at)) != std::string::npos;
         at += label.size())
        pem.replace(at, usual.size(), label);
    return pem;
}

void speak_only(const TlsContext& client, int version)
{
    SSL_CTX* const context = client.state().contexts.front().get();
    SSL_CTX_set_security_level(context, 0);
    SSL_CTX_set_cipher_list(context, "ALL");
    REQUIRE(SSL_CTX_set_min_proto_version(context, version) == 1);
    REQUIRE(SSL_CTX_set_max_proto_version(context, version) == 1);
}

std::string configuration_error(const ServerTlsOptions& options)
{
    try {
        const TlsContext context(options);
    } catch (const base::Failure& failure) {
        CHECK(failure.remedy() == base::Remedy::fix_config);
        return failure.what();
    }
    return "";
}

} // namespace

TEST_CASE("net: a verified name makes a session, and both sides know its facts")
{
    const Party party;
    const TlsContext server(party.options);
    const TlsContext client(by_name(party.mail));
    const Outcome outcome = meet(server, client, "smtp.example");
    CHECK(outcome.client_error.empty());
    CHECK(outcome.server_error.empty());
    CHECK(outcome.heard == "220 hello\r\n");
    CHECK(outcome.client.version == "TLSv1.3");
    CHECK(outcome.client.bits >= 128);
    CHECK(outcome.client.verified);
    CHECK_FALSE(outcome.client.resumed);
    CHECK(outcome.client.peer_fingerprint == party.mail.fingerprint);
    CHECK(outcome.server.server_name == "smtp.example");
    CHECK(outcome.server.cipher == outcome.client.cipher);
    CHECK_FALSE(outcome.server.verified);
}

TEST_CASE("net: a certificate for another name, or of another authority, is refused")
{
    const Party party;
    const TlsContext server(party.options);
    const TlsContext client(by_name(party.mail));
    CHECK(meet(server, client, "other.example").client_error ==
          "TLS handshake: hostname mismatch");
    CHECK(meet(server, client, "").client_error == "TLS: no name to verify");
    CHECK(meet(server, client, "192.0.2.1").client_error ==
          "TLS handshake: IP address mismatch");
    const TlsContext stranger(by_name(party.wild));
    const Outcome outcome = meet(server, stranger, "mail.example");
    CHECK(outcome.client_error.starts_with("TLS handshake: "));
    CHECK(outcome.heard.empty());
    CHECK_FALSE(outcome.server_error.empty());
}

TEST_CASE("net: certificates that are given as text are all that is trusted")
{
    const Party party;
    const TlsContext server(party.options);
    ClientTlsOptions options;
    options.verify = TlsVerify::name;
    options.ca_pem = party.wild.pem;
    const TlsContext stranger(options);
    CHECK(
        meet(server, stranger, "mail.example").client_error.starts_with("TLS handshake: "));
    options.ca_pem += party.mail.pem;
    const TlsContext both(options);
    CHECK(meet(server, both, "mail.example").client.verified);
    CHECK(meet(server, both, "other.example").client_error ==
          "TLS handshake: hostname mismatch");
    for (const char* label : {"X509 CERTIFICATE", "TRUSTED CERTIFICATE"}) {
        options.ca_pem = labelled(party.mail.pem, label);
        const TlsContext other(options);
        CHECK(meet(server, other, "mail.example").client.verified);
    }
    for (const std::string& bad :
         {std::string("/etc/ca.pem"), party.mail.pem.substr(0, 200),
          party.mail.pem +
              "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"}) {
        options.ca_pem = bad;
        CHECK_THROWS_WITH(TlsContext{options},
                          "read CA certificates: not certificates in PEM");
    }
}

TEST_CASE("net: a pinned fingerprint replaces the authority, and only that one")
{
    const Party party;
    const TlsContext server(party.options);
    ClientTlsOptions options;
    options.verify = TlsVerify::fingerprint;
    options.fingerprints = {party.mail.fingerprint};
    const TlsContext right(options);
    const Outcome good = meet(server, right, "whatever.example");
    CHECK(good.client_error.empty());
    CHECK(good.client.verified);

    options.fingerprints = {party.wild.fingerprint};
    const TlsContext wrong(options);
    const Outcome bad = meet(server, wrong, "whatever.example");
    CHECK(bad.client_error == "TLS handshake: certificate has another fingerprint");
    CHECK(bad.heard.empty());

    options.fingerprints = {"key:" + party.mail.key_fingerprint};
    const TlsContext same_key(options);
    CHECK(meet(server, same_key, "whatever.example").client.verified);
    options.fingerprints = {"key:" + party.wild.key_fingerprint,
                            "key:" + party.mail.fingerprint, party.mail.key_fingerprint};
    const TlsContext other_key(options);
    CHECK(meet(server, other_key, "whatever.example").client_error ==
          "TLS handshake: certificate has another fingerprint");

    options.fingerprints = {"abc"};
    CHECK_THROWS_WITH(TlsContext{options}, "fingerprint abc: not a SHA-256 in hexadecimal");
    options.fingerprints = {};
    CHECK_THROWS_WITH(TlsContext{options}, "TLS by fingerprint: none is given");
}

TEST_CASE("net: the server name chooses the certificate, with one wildcard label")
{
    const Party party;
    const TlsContext server(party.options);
    const TlsContext client(ClientTlsOptions{});
    struct {
        std::string name;
        std::string fingerprint;
    } const cases[] = {{"mail.example", party.mail.fingerprint},
                       {"a.wild.example", party.wild.fingerprint},
                       {"A.Wild.Example", party.wild.fingerprint},
                       {"a.b.wild.example", party.mail.fingerprint},
                       {"unknown.example", party.mail.fingerprint},
                       {"", party.mail.fingerprint}};
    for (const auto& c : cases) {
        CAPTURE(c.name);
        const Outcome outcome = meet(server, client, c.name);
        CHECK(outcome.client_error.empty());
        CHECK(outcome.client.peer_fingerprint == c.fingerprint);
        CHECK_FALSE(outcome.client.verified);
    }
}

TEST_CASE("net: sessions are resumed by name, also by another worker with the same keys")
{
    const Party party;
    ServerTlsOptions options = party.options;
    options.ticket_key_file = party.folder.path("tickets");
    write_ticket_keys(options.ticket_key_file);
    for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
        CAPTURE(version);
        const TlsContext one(options);
        const TlsContext another(options);
        const TlsContext stranger(party.options);
        const TlsContext client(by_name(party.mail));
        speak_only(client, version);
        CHECK_FALSE(meet(one, client, "mail.example").client.resumed);
        const Outcome again = meet(another, client, "mail.example");
        CHECK(again.client.resumed);
        CHECK(again.server.resumed);
        CHECK(again.client.verified);
        CHECK(again.client.peer_fingerprint == party.mail.fingerprint);
        CHECK_FALSE(meet(one, client, "smtp.example").client.resumed);
        CHECK_FALSE(meet(stranger, client, "mail.example").client.resumed);
    }
}

TEST_CASE("net: a context made anew in the same process resumes what the old one has begun")
{
    const Party party;
    const TlsContext client(by_name(party.mail));
    {
        const TlsContext before(party.options);
        CHECK_FALSE(meet(before, client, "mail.example").client.resumed);
    }
    const TlsContext reloaded(party.options);
    CHECK(meet(reloaded, client, "mail.example").server.resumed);
}

TEST_CASE("net: TLS 1.1 is refused, TLS 1.2 is served with forward secrecy")
{
    const Party party;
    const TlsContext server(party.options);
    const TlsContext old_client(ClientTlsOptions{});
    speak_only(old_client, TLS1_1_VERSION);
    const Outcome refused = meet(server, old_client, "mail.example");
    CHECK(refused.server_error == "TLS handshake: unsupported protocol");
    CHECK_FALSE(refused.client_error.empty());
    CHECK(refused.heard.empty());

    const TlsContext client(ClientTlsOptions{});
    speak_only(client, TLS1_2_VERSION);
    const Outcome served = meet(server, client, "mail.example");
    CHECK(served.client.version == "TLSv1.2");
    CHECK(served.client.cipher.starts_with("ECDHE-"));

    ServerTlsOptions options = party.options;
    options.min_version = "TLSv1.3";
    const TlsContext modern(options);
    CHECK(meet(modern, client, "mail.example").server_error ==
          "TLS handshake: unsupported protocol");
}

TEST_CASE("net: a peer that hangs up is gone, not at its end, and is resumed next time")
{
    const Party party;
    const TlsContext server(party.options);
    const TlsContext client(by_name(party.mail));
    for (const bool again : {false, true}) {
        Loop loop;
        auto [one, other] = test::tcp_pair(loop);
        std::string how;
        bool resumed = false;
        run(loop, hang_up(std::move(one), server),
            hear_hang_up(std::move(other), client, how, resumed));
        CHECK(how == "TLS read: connection closed");
        CHECK(resumed == again);
    }
}

TEST_CASE("net: TLS carries much in both directions at once, and files")
{
    const Party party;
    const TlsContext ours(party.options);
    const TlsContext theirs(ClientTlsOptions{});
    std::string bytes(6u << 20, '\0');
    for (std::size_t i = 0; i < bytes.size(); ++i)
        bytes[i] = static_cast<char>((i * 11 + i / 509) & 0xff);
    Loop loop;
    auto [one, other] = test::tcp_pair(loop);
    run(loop, accept_and_hear(one, ours), connect_and_say(other, theirs));
    const base::Fd file(::open(party.folder.write("file", bytes).c_str(), O_RDONLY));
    std::string there;
    std::string back;
    std::vector<Task<void>> all;
    all.push_back(write_bulk(one, bytes));
    all.push_back(read_bulk(other, there));
    all.push_back(send_file_by_tls(other, file.get(), 5, bytes.size() - 5));
    all.push_back(read_bulk(one, back));
    run(loop, std::move(all));
    CHECK(there == bytes);
    CHECK(back == bytes.substr(5));
}

TEST_CASE("net: plaintext behind STARTTLS never becomes part of the session")
{
    const Party party;
    const TlsContext server(party.options);
    const TlsContext client(ClientTlsOptions{});
    Loop loop;
    Outcome outcome;
    auto [one, other] = test::tcp_pair(loop);
    REQUIRE(::write(other.fd(), "RSET\r\n", 6) == 6); // arrives before the handshake does
    run(loop, serve(std::move(one), server, outcome),
        visit(std::move(other), client, "", outcome));
    CHECK(outcome.server_error.starts_with("TLS handshake: "));
    CHECK(outcome.heard.empty());
}

TEST_CASE("net: ticket keys come from files of their owner, 80 bytes long")
{
    const Folder folder;
    const std::string file = folder.path("tickets");
    write_ticket_keys(file);
    const TicketKeys first = read_ticket_keys(file);
    write_ticket_keys(file);
    CHECK(read_ticket_keys(file) != first);
    const base::Fd memory = ticket_keys_in_memory();
    const std::string inherited = "/proc/self/fd/" + std::to_string(memory.get());
    CHECK(read_ticket_keys(inherited) == read_ticket_keys(inherited));
    CHECK_THROWS_AS((void)read_ticket_keys(folder.path("missing")), base::Failure);
    const std::string open_to_all = folder.write("public", std::string(80, 'x'));
    CHECK_THROWS_WITH((void)read_ticket_keys(open_to_all),
                      doctest::Contains("must be mode 600"));
}

TEST_CASE("net: unusable TLS settings are named")
{
    const Party party;
    ServerTlsOptions options;
    CHECK(configuration_error(options) == "TLS: no certificate is configured");
    options = party.options;
    options.min_version = "TLSv1.1";
    CHECK(configuration_error(options) ==
          "TLS version TLSv1.1: must be TLSv1.2 or TLSv1.3");
    options = party.options;
    options.ciphers = "NONSENSE";
    CHECK(configuration_error(options) == "TLS ciphers NONSENSE: no cipher match");
    options = party.options;
    options.certificates[0].chain_file = "/nonexistent.pem";
    CHECK(configuration_error(options) ==
          "read certificate /nonexistent.pem: No such file or directory");
    options = party.options;
    options.certificates[0].key_file = party.wild.key_file;
    CHECK(configuration_error(options).find("key values mismatch") != std::string::npos);
}
