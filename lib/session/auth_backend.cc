// SPDX-License-Identifier: Apache-2.0
// session/auth_backend.cc - see the header.  The dialogue is session/smtp_client.

#include "session/auth_backend.h"

#include "net/connect.h"
#include "session/smtp_client.h"

#include <fmt/format.h>

namespace session {

namespace {

constexpr base::milliseconds kConnectPatience{10'000};
constexpr ClientTimeouts kTimeouts{.greeting = 20, .command = 20, .data = 20};

Login judge(const Trouble& trouble, std::string user)
{
    const bool refused = trouble.kind == Trouble::Kind::refused &&
                         trouble.step == Step::login && trouble.reply.code >= 500;
    return {.result = refused ? Login::Result::refused : Login::Result::unavailable,
            .user = std::move(user),
            .why = "backend: " + trouble.text};
}

} // namespace

net::Task<std::vector<net::Address>> BackendAuthenticator::addresses()
{
    if (const auto address = net::Address::parse_ip(backend_.host, backend_.port))
        co_return std::vector<net::Address>{*address};
    if (resolver_ == nullptr)
        co_return std::vector<net::Address>{};
    net::DnsAnswer<net::Address> answer =
        co_await resolver_->addresses(backend_.host, backend_.port);
    co_return std::move(answer.records);
}

net::Task<Login> BackendAuthenticator::check_password(std::string user,
                                                      std::string password, LoginOrigin)
{
    Login login{.result = Login::Result::unavailable, .user = user, .why = {}};
    login.why = fmt::format("backend {}: no address found", backend_.host);
    const std::vector<net::Address> where = co_await addresses();
    for (const net::Address& address : where) {
        auto stream = co_await net::connect(loop_, address, kConnectPatience);
        if (!stream) {
            login.why = std::move(stream.error().why);
            continue;
        }
        ClientOptions options;
        options.hostname = backend_.hostname;
        options.tls = backend_.tls_required ? TlsUse::must : TlsUse::may;
        options.context = backend_.tls;
        options.tls_name = backend_.host;
        options.username = user;
        options.password = password;
        options.timeouts = kTimeouts;
        SmtpClient client(loop_, std::move(*stream), std::move(options));
        const std::optional<Trouble> trouble = co_await client.open({});
        if (trouble)
            co_return judge(*trouble, std::move(user));
        co_await client.quit();
        login.result = Login::Result::accepted;
        co_return login;
    }
    co_return login;
}

} // namespace session
