// SPDX-License-Identifier: Apache-2.0
// session/smtp_client_open.cc - greeting, EHLO, TLS, login: until mail can be sent.
#include "base/wipe.h"
#include "sasl/plain.h"
#include "session/smtp_client.h"
#include "session/smtp_client_commands.h"
#include "session/smtp_client_exchange.h"
#include "smtp/proxy_header.h"
#include "smtp/xclient.h"
#include "text/base64.h"

#include <utility>

namespace session {

net::Task<std::optional<Trouble>> SmtpClient::converse_opening(spool::Client client)
{
    if (options_.client_info == ClientInfo::proxy)
        co_await send_proxy_header(client);
    std::optional<Trouble> problem = co_await hear_greeting();
    if (!problem)
        problem = co_await hello();
    if (!problem)
        problem = co_await secure();
    if (!problem && options_.client_info == ClientInfo::xclient)
        problem = co_await name_client(std::move(client));
    if (!problem && !options_.username.empty())
        problem = co_await log_in();
    co_return problem;
}

net::Task<void> SmtpClient::send_proxy_header(spool::Client client)
{
    step_ = Step::proxy_header;
    const net::Address server = stream_.peer();
    smtp::ProxyHeader header;
    const bool v6 = client.address.find(':') != std::string::npos;
    const bool server_v6 = server.family() == net::Address::Family::ipv6;
    if (!client.address.empty() && v6 == server_v6)
        header.kind = v6 ? smtp::ProxyHeader::Kind::ipv6 : smtp::ProxyHeader::Kind::ipv4;
    header.source = client.address;
    header.source_port = client.port;
    header.destination = server.ip();
    header.destination_port = server.port();
    const std::string bytes = smtp::write_proxy_v2(header);
    co_await say(bytes, options_.timeouts.command);
}

net::Task<std::optional<Trouble>> SmtpClient::hear_greeting()
{
    smtp::PeerReply reply = co_await hear(Step::greeting, options_.timeouts.greeting);
    if (!reply.positive())
        co_return refused(Step::greeting, std::move(reply));
    co_return std::nullopt;
}

// A server that does not know EHLO is asked with HELO (RFC 5321 3.2), but only if nothing
// we must have comes with EHLO.
net::Task<std::optional<Trouble>> SmtpClient::hello()
{
    capabilities_ = {};
    std::string line = options_.lmtp ? "LHLO " : "EHLO ";
    line += options_.hostname + "\r\n";
    smtp::PeerReply reply = co_await ask(Step::hello, std::move(line));
    if (reply.positive()) {
        capabilities_ = smtp::parse_capabilities(reply);
        co_return std::nullopt;
    }
    const bool plain = options_.tls != TlsUse::must && options_.username.empty();
    if (!reply.permanent() || options_.lmtp || !plain)
        co_return refused(Step::hello, std::move(reply));
    std::string helo = "HELO " + options_.hostname + "\r\n";
    reply = co_await ask(Step::hello, std::move(helo));
    if (!reply.positive())
        co_return refused(Step::hello, std::move(reply));
    co_return std::nullopt;
}

net::Task<std::optional<Trouble>> SmtpClient::secure()
{
    if (options_.tls == TlsUse::none)
        co_return std::nullopt;
    if (capabilities_.starttls) {
        std::optional<Trouble> problem = co_await start_tls();
        co_return problem;
    }
    if (options_.tls == TlsUse::must) {
        step_ = Step::starttls;
        co_return trouble(Trouble::Kind::policy, "TLS is demanded but not offered");
    }
    co_return std::nullopt;
}

// RFC 3207 section 4.2: what was said before the handshake is forgotten.  A server (or
// somebody in between) that sends more than its 220 wants it to be read as if it came
// through TLS: that connection is given up.
net::Task<std::optional<Trouble>> SmtpClient::start_tls()
{
    smtp::PeerReply reply = co_await ask(Step::starttls, "STARTTLS\r\n");
    if (reply.code != 220) {
        if (options_.tls == TlsUse::must || reply.code == 421)
            co_return refused(Step::starttls, std::move(reply));
        tls_refused_ = true;
        co_return std::nullopt;
    }
    if (begin_ != end_)
        co_return trouble(Trouble::Kind::tls, "plaintext after the answer to STARTTLS");
    step_ = Step::handshake;
    stream_.set_timeout(base::seconds(options_.timeouts.greeting));
    co_await stream_.connect_tls(*options_.context, options_.tls_name);
    parser_ = smtp::ReplyParser{};
    std::optional<Trouble> problem = co_await hello();
    co_return problem;
}

net::Task<std::optional<Trouble>> SmtpClient::log_in()
{
    step_ = Step::login;
    if (!stream_.is_tls() && !stream_.peer().is_loopback() &&
        stream_.peer().family() != net::Address::Family::unix_path)
        co_return trouble(Trouble::Kind::policy, "no password is sent without TLS");
    smtp::PeerReply reply;
    if (capabilities_.offers_auth("PLAIN"))
        reply = co_await auth_plain();
    else if (capabilities_.offers_auth("LOGIN"))
        reply = co_await auth_login();
    else
        co_return trouble(Trouble::Kind::policy, "neither AUTH PLAIN nor LOGIN is offered");
    if (!reply.positive())
        co_return refused(Step::login, std::move(reply));
    logged_in_ = true;
    co_return std::nullopt;
}

net::Task<smtp::PeerReply> SmtpClient::auth_plain()
{
    std::string secret = sasl::plain_message(options_.username, options_.password);
    const base::Wiped wiped(secret);
    std::string line = "AUTH PLAIN " + text::base64(secret) + "\r\n";
    smtp::PeerReply reply = co_await ask(Step::login, std::move(line));
    co_return reply;
}

// Replies 334 are below 400 but not positive: only what ends the exchange is.
net::Task<smtp::PeerReply> SmtpClient::auth_login()
{
    smtp::PeerReply reply = co_await ask(Step::login, "AUTH LOGIN\r\n");
    if (reply.code != 334)
        co_return reply;
    std::string name = text::base64(options_.username) + "\r\n";
    reply = co_await ask(Step::login, std::move(name));
    if (reply.code != 334)
        co_return reply;
    std::string password = text::base64(options_.password) + "\r\n";
    reply = co_await ask(Step::login, std::move(password));
    co_return reply;
}

// XCLIENT begins the session anew (XCLIENT_README of Postfix): 220, then EHLO again, and
// nobody is logged in any more.
net::Task<std::optional<Trouble>> SmtpClient::name_client(spool::Client client)
{
    if (capabilities_.xclient.empty() || named_client_ == client)
        co_return std::nullopt;
    const std::vector<std::string> lines =
        smtp::write_xclient(xclient_attributes(client), joined(capabilities_.xclient));
    for (const std::string& line : lines) {
        smtp::PeerReply reply = co_await ask(Step::client_info, line + "\r\n");
        if (!reply.positive())
            co_return refused(Step::client_info, std::move(reply));
    }
    named_client_ = std::move(client);
    const std::vector<std::string> offered = capabilities_.xclient;
    std::optional<Trouble> problem = co_await hello();
    if (capabilities_.xclient.empty()) // the new "client" may not be trusted to use it
        capabilities_.xclient = offered;
    if (!problem && std::exchange(logged_in_, false))
        problem = co_await log_in();
    co_return problem;
}

} // namespace session
