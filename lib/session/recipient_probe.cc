// SPDX-License-Identifier: Apache-2.0
// session/recipient_probe.cc - see the header.  The dialogue is session/smtp_client.

#include "session/recipient_probe.h"

#include "base/failure.h"
#include "net/connect.h"
#include "session/smtp_client.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>

namespace session {

namespace {

using Kind = ProbeAnswer::Kind;

class Counted {
public:
    explicit Counted(std::uint32_t& count) : count_(count) { ++count_; }
    ~Counted() { --count_; }
    Counted(const Counted&) = delete;
    Counted& operator=(const Counted&) = delete;

private:
    std::uint32_t& count_;
};

std::string first_line_of(const std::string& file)
{
    std::ifstream in(file);
    std::string line;
    if (!file.empty() && !std::getline(in, line))
        throw base::Failure(base::Remedy::fix_config,
                            "read " + file + ": no password in it");
    return line;
}

TlsUse tls_use(db::TlsPolicy policy)
{
    switch (policy) {
    case db::TlsPolicy::none:
        return TlsUse::none;
    case db::TlsPolicy::may:
        return TlsUse::may;
    case db::TlsPolicy::encrypt:
    case db::TlsPolicy::verify:
    case db::TlsPolicy::fingerprint:
        break;
    }
    return TlsUse::must;
}

net::ClientTlsOptions tls_options(const db::RouteHost& host)
{
    net::ClientTlsOptions options;
    if (host.tls == db::TlsPolicy::verify)
        options.verify = net::TlsVerify::name;
    if (host.tls == db::TlsPolicy::fingerprint)
        options.verify = net::TlsVerify::fingerprint;
    options.ca_file = host.ca_file;
    if (!host.fingerprint.empty())
        options.fingerprints = {host.fingerprint};
    return options;
}

std::string_view without_brackets(std::string_view host)
{
    if (host.starts_with('[') && host.ends_with(']'))
        return host.substr(1, host.size() - 2);
    return host;
}

ProbeAnswer answer_of(const smtp::PeerReply& reply)
{
    if (reply.code >= 200 && reply.code < 300)
        return {Kind::known, reply.text()};
    return {reply.code >= 500 ? Kind::unknown : Kind::no_answer, reply.text()};
}

} // namespace

RecipientProbe::RecipientProbe(net::Loop& loop, db::Directory& directory,
                               net::Resolver* resolver, ProbeOptions options)
    : loop_(loop), directory_(directory), resolver_(resolver), options_(std::move(options)),
      cache_(options_.keep_known, options_.keep_unknown, options_.most_remembered)
{
}

net::Task<ProbeAnswer> RecipientProbe::ask(std::string address)
{
    const std::optional<ProbeAnswer> remembered = cache_.find(address, base::Steady::now());
    if (remembered)
        co_return *remembered;
    if (under_way_ >= options_.most_at_once)
        co_return ProbeAnswer{Kind::no_answer, "too many questions at once"};
    const Counted counted(under_way_);
    ProbeAnswer answer;
    try {
        answer = co_await ask_hosts(address);
    } catch (const base::Failure& failure) {
        answer.reason = failure.what();
    }
    cache_.remember(address, answer, base::Steady::now());
    co_return answer;
}

net::Task<ProbeAnswer> RecipientProbe::ask_hosts(std::string address)
{
    const std::vector<db::RouteHost> hosts = directory_.route(address);
    ProbeAnswer answer{Kind::no_answer, "no route for " + address};
    const std::size_t count = std::min<std::size_t>(hosts.size(), options_.most_hosts);
    for (std::size_t i = 0; i < count && answer.kind == Kind::no_answer; ++i)
        answer = co_await ask_host(hosts[i], address);
    co_return answer;
}

net::Task<std::vector<net::Address>> RecipientProbe::addresses_of(db::RouteHost host)
{
    const std::string name(without_brackets(host.host));
    if (const auto address = net::Address::parse_ip(name, host.port))
        co_return std::vector<net::Address>{*address};
    if (resolver_ == nullptr)
        co_return std::vector<net::Address>{};
    std::string target = name;
    if (name.starts_with("mx:")) {
        net::DnsAnswer<net::MxHost> mx = co_await resolver_->mx(name.substr(3));
        if (mx.records.empty())
            co_return std::vector<net::Address>{};
        target = std::ranges::min(mx.records, {}, &net::MxHost::preference).name;
    }
    net::DnsAnswer<net::Address> answer = co_await resolver_->addresses(target, host.port);
    co_return std::move(answer.records);
}

net::Task<ProbeAnswer> RecipientProbe::ask_host(db::RouteHost host, std::string address)
{
    ProbeAnswer answer{Kind::no_answer, host.host + ": no address found"};
    const std::vector<net::Address> where = co_await addresses_of(host);
    if (!where.empty())
        answer = co_await ask_at(where.front(), host, address);
    co_return answer;
}

net::Task<ProbeAnswer> RecipientProbe::ask_at(net::Address where, db::RouteHost host,
                                              std::string address)
{
    auto stream = co_await net::connect(loop_, where, options_.timeout);
    if (!stream)
        co_return ProbeAnswer{Kind::no_answer, stream.error().why};
    const std::int64_t patience = options_.timeout.count();
    ClientOptions options;
    options.hostname = options_.hostname;
    options.lmtp = host.protocol == db::Protocol::lmtp;
    options.tls = tls_use(host.tls);
    options.context = tls_for(host);
    options.tls_name = host.tls_name.empty() ? host.host : host.tls_name;
    options.username = host.username;
    options.password = first_line_of(host.password_file);
    options.timeouts = {.greeting = patience, .command = patience, .data = patience};

    SmtpClient client(loop_, std::move(*stream), std::move(options));
    const std::optional<Trouble> trouble = co_await client.open({});
    if (trouble)
        co_return ProbeAnswer{Kind::no_answer, where.text() + ": " + trouble->text};
    const auto reply = co_await client.probe(address);
    co_await client.quit();
    if (!reply)
        co_return ProbeAnswer{Kind::no_answer, where.text() + ": " + reply.error().text};
    co_return answer_of(*reply);
}

// Reading CA files takes a while: one context for each way to trust somebody.
std::shared_ptr<net::TlsContext> RecipientProbe::tls_for(const db::RouteHost& host)
{
    if (host.tls == db::TlsPolicy::none)
        return nullptr;
    const std::string key =
        fmt::format("{} {} {}", static_cast<int>(host.tls), host.ca_file, host.fingerprint);
    std::shared_ptr<net::TlsContext>& context = contexts_[key];
    if (!context)
        context = std::make_shared<net::TlsContext>(tls_options(host));
    return context;
}

} // namespace session
