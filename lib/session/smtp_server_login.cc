// SPDX-License-Identifier: Apache-2.0
// session/smtp_server_login.cc - STARTTLS, AUTH, XCLIENT: who we really talk to.

#include "base/log.h"
#include "base/random.h"
#include "sasl/server.h"
#include "session/smtp_server_session.h"
#include "text/base64.h"

#include <array>

namespace session {

namespace {

using smtp::Reply;
using smtp::Then;

// From which the SCRAM exchange of a user who does not exist gets its invented salt.
std::string_view process_secret()
{
    constexpr std::size_t octets = 32;
    static const std::string secret = base::random_octets(octets);
    return secret;
}

Reply challenge(std::string_view data)
{
    return {334, "", text::base64(data)};
}

// base64 of a response; "=" stands for the empty one behind AUTH (RFC 4954 section 4).
std::optional<std::string> decode(std::string_view base64)
{
    if (base64 == "=")
        return std::string();
    return text::from_base64(base64);
}

Reply refusal_of(const Login& login)
{
    if (login.result == Login::Result::unavailable)
        return {454, "4.7.0", "cannot check logins now, try again later"};
    return {535, "5.7.8", "authentication failed"};
}

} // namespace

// RFC 3207.  What was sent in the clear behind STARTTLS is thrown away here, and nothing
// that was said before is believed afterwards.
net::Task<smtp::Verdict> SmtpServerSession::start_tls(smtp::Verdict verdict)
{
    wire_.forget_input();
    wire_.say(verdict.reply);
    wire_.stream().set_timeout(listener_->times.greeting);
    co_await wire_.flush();
    wire_.forget_input();
    co_await wire_.stream().accept_tls(*listener_->tls);
    transaction_->tls_started();
    forget_xclient();
    // Nothing to say: the client speaks first now.
    co_return smtp::Verdict{.then = Then::listen,
                            .reply = {.code = 0, .enhanced = {}, .text = {}}};
}

// Said in the clear: whoever stood between a front end and us may have said it.
void SmtpServerSession::forget_xclient()
{
    if (!std::exchange(renamed_, false))
        return;
    client_ = {.address = arrived_, .name = {}};
    begin_name_lookup();
}

net::Task<std::expected<std::string, SmtpServerSession::NoLogin>>
SmtpServerSession::hear_response()
{
    set_command_deadline();
    const net::Line line = co_await wire_.hear_line(listener_->service.limits.auth_line);
    if (line.text == "*")
        co_return std::unexpected(NoLogin::cancelled);
    std::optional<std::string> response;
    if (!line.too_long && !line.stray)
        response = text::from_base64(line.text);
    if (!response)
        co_return std::unexpected(NoLogin::malformed);
    co_return std::move(*response);
}

// The exchange up to the point where somebody knows.
net::Task<std::expected<Login, SmtpServerSession::NoLogin>>
SmtpServerSession::exchange(sasl::Exchange& exchange, smtp::Auth command)
{
    using Kind = sasl::Step::Kind;
    std::optional<std::string> initial;
    if (command.initial) {
        initial = decode(*command.initial);
        if (!initial)
            co_return std::unexpected(NoLogin::malformed);
    }
    sasl::Step step = initial ? exchange.start(*initial) : exchange.start(std::nullopt);
    for (;;) {
        if (witness_ && !exchange.user().empty())
            witness_->login_began(exchange.user(), command.mechanism);
        switch (step.kind) {
        case Kind::challenge: {
            wire_.say(challenge(step.data));
            const auto response = co_await hear_response();
            if (!response)
                co_return std::unexpected(response.error());
            step = exchange.response(*response);
            break;
        }
        case Kind::need_verifier: {
            std::expected<std::string, Login> verifier = scram_verifier(exchange.user());
            if (!verifier)
                co_return verifier.error();
            step = exchange.supply_verifier(*verifier);
            break;
        }
        case Kind::credentials: {
            const Login login = co_await verify(exchange);
            co_return login;
        }
        case Kind::success:
            co_return Login{Login::Result::accepted, exchange.user(), {}};
        case Kind::failure:
            co_return Login{Login::Result::refused, exchange.user(), "wrong password"};
        case Kind::malformed:
            co_return std::unexpected(NoLogin::malformed);
        }
    }
}

std::expected<std::string, Login> SmtpServerSession::scram_verifier(const std::string& user)
{
    try {
        return listener_->authenticator->scram_verifier(user);
    } catch (const base::Failure& failure) {
        return std::unexpected(Login{Login::Result::unavailable, user, failure.what()});
    }
}

net::Task<Login> SmtpServerSession::verify(const sasl::Exchange& exchange)
{
    LoginOrigin origin{.client = client_.address,
                       .local = wire_.stream().local(),
                       .tls = wire_.stream().is_tls(),
                       .tls_cipher = {}};
    if (origin.tls)
        origin.tls_cipher = wire_.stream().tls().cipher;
    // Acting for somebody else is not offered; naming oneself twice is.
    if (!exchange.identity().empty() && exchange.identity() != exchange.user())
        co_return Login{Login::Result::refused, exchange.user(), "acting for another user"};
    wire_.stream().set_timeout(patience());
    co_await wire_.flush();
    const Login login = co_await listener_->authenticator->check_password(
        exchange.user(), exchange.password(), origin);
    co_return login;
}

net::Task<smtp::Verdict> SmtpServerSession::log_in(smtp::Auth command)
{
    const std::string mechanism = command.mechanism;
    const std::unique_ptr<sasl::Exchange> begun = sasl::begin(mechanism, process_secret());
    if (!begun)
        co_return transaction_->auth_failed({504, "5.5.4", "mechanism not supported"});
    const auto login = co_await exchange(*begun, std::move(command));
    smtp::Verdict verdict;
    if (!login) {
        const bool cancelled = login.error() == NoLogin::cancelled;
        log_login(
            {Login::Result::refused, begun->user(), cancelled ? "cancelled" : "malformed"},
            mechanism);
        verdict = refuse_exchange(login.error());
    } else {
        log_login(*login, mechanism);
        verdict = login->result == Login::Result::accepted
                      ? transaction_->auth_done(login->user)
                      : transaction_->auth_failed(refusal_of(*login));
    }
    if (witness_)
        witness_->login_ended(login ? login->user : begun->user(), mechanism,
                              verdict.reply);
    co_return verdict;
}

// Who cancels has said no password: that counts as an error, not as a failed login.
smtp::Verdict SmtpServerSession::refuse_exchange(NoLogin what)
{
    if (what == NoLogin::cancelled)
        return transaction_->auth_cancelled();
    return transaction_->auth_failed({501, "5.5.2", "malformed authentication exchange"});
}

// One line each, client first, in a form that fail2ban can rely on.
void SmtpServerSession::log_login(const Login& login, std::string_view mechanism)
{
    const std::string client = client_.address.ip();
    const std::string tls = tls_version();
    const std::string source = listener_->authenticator->source();
    switch (login.result) {
    case Login::Result::accepted:
        base::log(base::Level::info, "login-accepted", id_,
                  {{"client", client},
                   {"user", login.user},
                   {"mechanism", mechanism},
                   {"listener", listener_->name},
                   {"tls", tls},
                   {"backend", source}});
        return;
    case Login::Result::refused:
        base::log(base::Level::notice, "login-refused", id_,
                  {{"client", client},
                   {"user", login.user},
                   {"mechanism", mechanism},
                   {"listener", listener_->name},
                   {"tls", tls},
                   {"backend", source},
                   {"reason", login.why}});
        return;
    case Login::Result::unavailable:
        base::log(base::Level::error, "login-unavailable", id_,
                  {{"client", client},
                   {"user", login.user},
                   {"mechanism", mechanism},
                   {"listener", listener_->name},
                   {"tls", tls},
                   {"backend", source},
                   {"error", login.why}});
        return;
    }
}

net::Task<smtp::Verdict> SmtpServerSession::apply_xclient(smtp::ClientAttributes said)
{
    renamed_ = true;
    if (said.address) {
        const std::uint16_t port = said.port.value_or(0);
        client_.address =
            net::Address::parse_ip(*said.address, port).value_or(net::Address());
        client_.name.clear();
        begin_name_lookup();
    }
    if (said.name) {
        client_.name = *said.name;
        lookup_.reset();
    }
    base::log(base::Level::info, "xclient", id_,
              {{"peer", peer_.ip()},
               {"client", client_.address.ip()},
               {"name", client_.name},
               {"login", said.login.value_or("")}});
    co_return transaction_->xclient_applied(said);
}

} // namespace session
