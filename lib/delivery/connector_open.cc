// SPDX-License-Identifier: Apache-2.0
// delivery/connector_open.cc - one address: connect, greet, secure, log in.
#include "base/log.h"
#include "delivery/connector.h"
#include "net/connect.h"
#include "text/lines.h"

#include <fstream>
#include <utility>

namespace delivery {

namespace {

using session::ClientInfo;
using session::Trouble;

ClientInfo client_info(db::ClientInfo info)
{
    switch (info) {
    case db::ClientInfo::xclient:
        return ClientInfo::xclient;
    case db::ClientInfo::xforward:
        return ClientInfo::xforward;
    case db::ClientInfo::proxy:
        return ClientInfo::proxy;
    case db::ClientInfo::id: // of the IMAP proxy
    case db::ClientInfo::none:
        break;
    }
    return ClientInfo::none;
}

// The first line of the file.  Throws Failure when there is none.
std::string read_password(const std::string& file)
{
    std::ifstream in(file);
    std::string line;
    if (!in || !std::getline(in, line))
        base::fail_errno("read", file, base::Remedy::fix_config);
    if (line.ends_with('\r'))
        line.pop_back();
    return line;
}

std::string relay_text(const std::string& host, const net::Address& address)
{
    if (address.family() == net::Address::Family::unix_path)
        return address.text();
    const std::string ip = address.ip();
    return (host == ip ? "[" : host + "[") + ip + "]:" + std::to_string(address.port());
}

// What happens before a message is offered says nothing about the message: it waits.  Only
// 521 and 556 (RFC 7504) are meant for ever.
ConnectFailure failure_of(const Trouble& trouble, const std::string& host,
                          const std::string& relay)
{
    ConnectFailure out;
    out.host = host;
    out.why = relay + ": " + trouble.text;
    out.status = {4, 4, 2};
    if (trouble.kind == Trouble::Kind::tls || trouble.kind == Trouble::Kind::policy)
        out.status = {4, 7, trouble.kind == Trouble::Kind::tls ? 5 : 0};
    if (trouble.kind != Trouble::Kind::refused)
        return out;
    out.reply = trouble.reply.text();
    out.permanent = trouble.step == session::Step::greeting &&
                    (trouble.reply.code == 521 || trouble.reply.code == 556);
    if (out.permanent)
        out.status = {5, 3, 2};
    else if (trouble.step == session::Step::login)
        out.status = {4, 7, 0};
    return out;
}

ConnectFailure plain_failure(const std::string& host, std::string why)
{
    ConnectFailure out;
    out.host = host;
    out.why = text::printable(why);
    return out;
}

} // namespace

session::ClientOptions Connector::client_options(const Target& target, bool with_tls)
{
    const db::RouteHost& policy = target.policy;
    session::ClientOptions out;
    out.hostname = options_.hostname;
    out.lmtp = policy.protocol == db::Protocol::lmtp;
    out.timeouts = options_.timeouts;
    out.eight_bit = options_.eight_bit;
    out.client_info = client_info(policy.client_info);
    out.username = policy.username;
    if (!policy.username.empty())
        out.password = read_password(policy.password_file);
    out.tls = session::TlsUse::none;
    if (!with_tls)
        return out;
    out.tls =
        policy.tls == db::TlsPolicy::may ? session::TlsUse::may : session::TlsUse::must;
    out.context = contexts_.of(policy);
    out.tls_name = policy.tls_name.empty() ? target.host : policy.tls_name;
    return out;
}

net::Task<ConnectResult> Connector::try_one(Candidate candidate, spool::Client client,
                                            std::string id)
{
    const bool with_tls = candidate.target.policy.tls != db::TlsPolicy::none;
    bool handshake_failed = false;
    ConnectResult result = co_await open(candidate, client, with_tls, handshake_failed);
    if (result || !handshake_failed || candidate.target.policy.tls != db::TlsPolicy::may)
        co_return result;
    base::log(base::Level::warning, "tls-fallback", id, {{"reason", result.error().why}});
    result = co_await open(candidate, client, false, handshake_failed);
    co_return result;
}

net::Task<ConnectResult> Connector::open(Candidate candidate, spool::Client client,
                                         bool with_tls, bool& handshake_failed)
{
    const std::string relay = relay_text(candidate.target.host, candidate.address);
    session::ClientOptions options;
    try {
        options = client_options(candidate.target, with_tls);
    } catch (const base::Failure& failure) {
        co_return std::unexpected(plain_failure(candidate.target.host, failure.what()));
    }
    net::Address source;
    if (!options_.source_address.empty())
        source = net::Address::parse_ip(options_.source_address).value_or(net::Address{});
    if (source.family() != candidate.address.family())
        source = {};
    const base::milliseconds patience{options_.connect_timeout * 1000};
    std::expected<net::Stream, net::NotConnected> stream =
        co_await net::connect(loop_, candidate.address, patience, source);
    if (!stream) {
        const std::string& host = candidate.target.host;
        const bool named = host != candidate.address.ip();
        ConnectFailure failure =
            plain_failure(host, (named ? host + ": " : std::string()) + stream.error().why);
        failure.ours = stream.error().ours;
        co_return std::unexpected(std::move(failure));
    }
    auto out = std::make_unique<Connection>();
    out->host = candidate.target.host;
    out->relay = relay;
    out->lmtp = options.lmtp;
    out->client_info = options.client_info;
    out->named = client;
    out->client = std::make_unique<session::SmtpClient>(loop_, std::move(*stream),
                                                        std::move(options));
    const std::optional<Trouble> trouble = co_await out->client->open(std::move(client));
    if (trouble) {
        handshake_failed = trouble->kind == Trouble::Kind::tls;
        co_return std::unexpected(failure_of(*trouble, out->host, relay));
    }
    out->tls =
        out->client->stream().is_tls() ? out->client->stream().tls().version : "none";
    co_return out;
}

} // namespace delivery
