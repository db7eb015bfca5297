// SPDX-License-Identifier: Apache-2.0
// proxy/imap_session_login.cc - LOGIN and AUTHENTICATE, the client's side of them.
#include "base/wipe.h"
#include "imap/status.h"
#include "proxy/imap_replies.h"
#include "proxy/imap_session.h"
#include "sasl/identity.h"
#include "sasl/plain.h"
#include "text/base64.h"

#include <algorithm>
#include <utility>

namespace proxy {

namespace {

// The questions of the mechanism LOGIN.
constexpr std::string_view username_prompt = "VXNlcm5hbWU6";
constexpr std::string_view password_prompt = "UGFzc3dvcmQ6";

// "=" stands for the empty response (RFC 4959 section 3).
std::optional<std::string> decode(std::string_view initial)
{
    if (initial == "=")
        return std::string();
    return text::from_base64(initial);
}

Trouble malformed(std::string_view tag)
{
    return {.kind = TroubleKind::refused,
            .why = "malformed authentication exchange",
            .reply = imap::say(tag, "BAD", {}, "malformed authentication exchange")};
}

Trouble cancelled(std::string_view tag)
{
    return {.kind = TroubleKind::cancelled,
            .why = "the client broke it off",
            .reply = imap::say(tag, "BAD", {}, "authentication is cancelled")};
}

// Empty: there is none in it.
std::string_view password_in(const ImapLogin& login)
{
    if (login.mechanism != "PLAIN")
        return login.password;
    const auto plain = sasl::parse_plain(login.first);
    return plain ? plain->password : std::string_view();
}

} // namespace

net::Task<ImapSession::Next> ImapSession::log_in_by_command()
{
    imap::Prelude& prelude = dialogue_->prelude;
    ImapLogin login{.tag = prelude.tag(),
                    .mechanism = {},
                    .first = {},
                    .user = prelude.user(),
                    .password = prelude.password()};
    prelude.forget_secrets();
    std::string user = login.user;
    trying({.user = user, .acts_as = {}}, "LOGIN");
    shows(password_in(login));
    co_return co_await attempt(login, std::move(user));
}

net::Task<ImapSession::Next> ImapSession::log_in_by_mechanism()
{
    const std::string mechanism = dialogue_->prelude.mechanism();
    auto login = co_await hear_login();
    dialogue_->prelude.forget_secrets();
    if (!login) {
        trying({}, mechanism);
        co_return co_await refuse(std::move(login.error()));
    }
    const bool by_name = mechanism == "LOGIN";
    const auto who = sasl::identify(mechanism, by_name ? login->user : login->first);
    if (!who) {
        trying({}, mechanism);
        Trouble trouble = malformed(login->tag);
        co_return co_await refuse(std::move(trouble));
    }
    std::string user = who->mailbox();
    trying(*who, mechanism);
    shows(password_in(*login));
    co_return co_await attempt(*std::move(login), std::move(user));
}

// What has to be known before the backend is: whom it is about.
net::Task<std::expected<ImapLogin, Trouble>> ImapSession::hear_login()
{
    const imap::Prelude& prelude = dialogue_->prelude;
    ImapLogin login{.tag = prelude.tag(),
                    .mechanism = prelude.mechanism(),
                    .first = {},
                    .user = {},
                    .password = {}};
    const bool prompts = sasl::who_begins(login.mechanism) == sasl::First::user_on_prompt;
    std::expected<std::string, Trouble> first;
    if (prelude.initial()) {
        auto decoded = decode(*prelude.initial());
        if (!decoded)
            co_return std::unexpected(malformed(login.tag));
        first = *std::move(decoded);
    } else {
        std::string prompt(prompts ? username_prompt : "");
        first = co_await ask(std::move(prompt));
    }
    if (!first)
        co_return std::unexpected(std::move(first.error()));
    (prompts ? login.user : login.first) = *std::move(first);
    if (!prompts)
        co_return std::move(login);
    named(login.user, login.mechanism);
    auto password = co_await ask(std::string(password_prompt));
    if (!password)
        co_return std::unexpected(std::move(password.error()));
    login.password = *password;
    base::wipe(*password);
    if (login.password.contains('\0'))
        co_return std::unexpected(malformed(login.tag));
    co_return std::move(login);
}

// `challenge` in base64; the client's answer decoded.
net::Task<std::expected<std::string, Trouble>> ImapSession::ask(std::string challenge)
{
    const std::size_t limit =
        std::min(listener().imap.command, net::LineBuffer::longest_line);
    const std::string line = "+ " + challenge + "\r\n";
    co_await client().write(line);
    const std::optional<net::Line> heard = co_await client().hear_line(limit);
    if (!heard)
        throw net::PeerGone("closed within the login");
    if (heard->text == "*")
        co_return std::unexpected(cancelled(dialogue_->prelude.tag()));
    std::optional<std::string> response;
    if (!heard->too_long && !heard->stray)
        response = text::from_base64(heard->text);
    if (!response)
        co_return std::unexpected(malformed(dialogue_->prelude.tag()));
    co_return *std::move(response);
}

net::Task<ImapSession::Next> ImapSession::attempt(ImapLogin login, std::string user)
{
    if (caller().ttl <= 1) {
        Trouble loop{.kind = TroubleKind::unavailable,
                     .why = "more proxies than x-proxy-ttl allows: is this a loop?",
                     .reply =
                         imap::say(login.tag, "NO", "CONTACTADMIN", "proxies form a loop")};
        co_return co_await refuse(std::move(loop));
    }
    Link link;
    work();
    auto welcome = co_await try_hosts(link, login, std::move(user));
    listen();
    if (!welcome) {
        link.leg.reset(); // the backend need not wait while the client has to
        co_return co_await refuse(std::move(welcome.error()));
    }
    if (!succeeded(std::move(link))) { // the journal knows
        Trouble many{.kind = TroubleKind::in_use, .why = {}, .reply = {}};
        co_return co_await say_refusal(std::move(many));
    }
    const imap::FollowerOptions options{.limits = listener().imap,
                                        .compress = listener().compress};
    conversation_ = std::make_unique<ImapConversation>(options, witness_.get());
    co_await client().write(*welcome);
    co_return Next::logged_in;
}

// One after the other, until one says yes or no.  What the client has answered to a host's
// questions is of no use to the next.
net::Task<std::expected<std::string, Trouble>>
ImapSession::try_hosts(Link& link, ImapLogin login, std::string user)
{
    Backends& backends = server().world().backends;
    Search search;
    dialogue_->client_answered = false;
    for (;;) {
        ImapGreeter greeter(listener().imap);
        auto opened =
            co_await backends.open(user, listener_ptr(), caller(), greeter, search);
        if (!opened)
            co_return std::unexpected(std::move(opened.error()));
        link = *std::move(opened);
        if (link.host == listener().backend)
            server().learn(listener().name, join(greeter.capabilities()));
        auto welcome = co_await log_in_at(link, greeter.capabilities(), login);
        // What fails after the client was asked may be its doing.
        if (welcome || !dialogue_->client_answered)
            backends.note_login(link, welcome ? nullptr : &welcome.error(), id());
        if (welcome || dialogue_->client_answered ||
            !search.goes_on_behind(link, welcome.error()))
            co_return welcome;
    }
}

net::Task<ImapSession::Next> ImapSession::refuse(Trouble trouble)
{
    failed(trouble);
    co_return co_await say_refusal(std::move(trouble));
}

net::Task<ImapSession::Next> ImapSession::say_refusal(Trouble trouble)
{
    imap::Prelude& prelude = dialogue_->prelude;
    const imap::Verdict verdict = prelude.login_refused(refusal(trouble, prelude.tag()));
    if (is_guess(trouble.kind))
        co_await delay_refusal();
    listen();
    const bool last = verdict.then == imap::Then::hang_up;
    std::string text = verdict.reply;
    if (last)
        text += imap::say("*", "BYE", {}, "too many failed logins");
    co_await client().write(text);
    if (last)
        end_as("refused");
    co_return last ? Next::hang_up : Next::listen;
}

} // namespace proxy
