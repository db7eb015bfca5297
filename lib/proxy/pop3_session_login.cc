// SPDX-License-Identifier: Apache-2.0
// proxy/pop3_session_login.cc - USER and PASS, APOP, AUTH: from what the client says to the
// backend's answer.
#include "base/wipe.h"
#include "pop3/reply.h"
#include "proxy/pop3_refusal.h"
#include "proxy/pop3_server.h"
#include "proxy/pop3_session.h"
#include "sasl/identity.h"
#include "sasl/plain.h"
#include "text/base64.h"
#include "text/lines.h"

#include <algorithm>
#include <utility>

namespace proxy {

namespace {

constexpr std::uint32_t most_rounds = 20; // of questions and answers in one exchange

// As with USER and PASS, no control characters: it may become a line on its way (RFC 4013
// section 2.3 has none either).  Of LOGIN it is the second message.
bool is_password_sound(std::string_view mechanism, const std::string& first,
                       const std::vector<std::string>& messages)
{
    if (mechanism == "PLAIN") {
        const auto plain = sasl::parse_plain(first);
        return plain && !text::has_control(plain->password);
    }
    if (mechanism != "LOGIN")
        return true;
    std::optional<std::string> password = text::from_base64(messages.back());
    if (!password)
        return false;
    const base::Wiped wiped(*password);
    return !text::has_control(*password);
}

// Nobody: the messages are no login that can be carried.
std::optional<sasl::Identity> identify(const std::string& mechanism,
                                       const std::vector<std::string>& messages)
{
    std::optional<std::string> first = text::from_base64(messages.front());
    if (!first)
        return std::nullopt;
    const base::Wiped wiped(*first);
    auto who = sasl::identify(mechanism, *first);
    if (who && !is_password_sound(mechanism, *first, messages))
        who.reset();
    return who;
}

} // namespace

Pop3Wishes Pop3Session::wishes() const
{
    return {.utf8 = before_->prelude.utf8(), .language = before_->prelude.language()};
}

void Pop3Session::begin_login(sasl::Identity who, std::string mechanism)
{
    trying(std::move(who), std::move(mechanism));
    before_->search = {};
}

// Connects to where this user's mailbox is.
net::Task<std::optional<Trouble>> Pop3Session::reach(std::string user)
{
    if (caller().ttl <= 1)
        co_return Trouble{TroubleKind::unavailable, "too many proxies one after another",
                          "[SYS/PERM] proxies form a loop"};
    work();
    if (before_->link && pop3_.world().backends.is_default(user, listener())) {
        before_->backend->set_caller(caller());
        co_return std::nullopt;
    }
    before_->link.reset();
    const Pop3Backend::Options options{.limits = listener().pop3,
                                       .patience = listener().times.backend};
    before_->backend = std::make_unique<Pop3Backend>(options, caller(), pop3_.memory());
    auto link = co_await pop3_.world().backends.open(
        std::move(user), listener_ptr(), caller(), *before_->backend, before_->search);
    if (!link)
        co_return std::move(link.error());
    before_->link = std::move(*link);
    co_return std::nullopt;
}

// The host has failed, not the login: another of the user's may do better.
bool Pop3Session::try_another(const Pop3Outcome& outcome)
{
    if (outcome || !another_may_do_better(outcome.error().kind) || before_->link->stands_in)
        return false;
    if (std::exchange(before_->keeps_link, false)) { // it may have waited for too long
        before_->link.reset();
        return true;
    }
    pop3_.world().backends.note_login(*before_->link, &outcome.error(), id());
    const bool goes_on = before_->search.goes_on_behind(*before_->link, outcome.error());
    before_->link.reset();
    return goes_on;
}

net::Task<Pop3Session::Next> Pop3Session::log_in_by_password()
{
    pop3::Prelude& prelude = before_->prelude;
    begin_login({.user = prelude.user(), .acts_as = {}}, "USER");
    shows(prelude.password());
    Pop3Outcome outcome;
    do {
        std::optional<Trouble> trouble = co_await reach(prelude.user());
        if (trouble)
            co_return co_await refuse(std::move(*trouble));
        Pop3Credentials who{.user = prelude.user(), .password = prelude.password()};
        outcome = co_await before_->backend->log_in(*before_->link, wishes(), who);
    } while (try_another(outcome));
    co_return co_await conclude(std::move(outcome));
}

// The digest is good for one connection with one host: no other can be asked.
net::Task<Pop3Session::Next> Pop3Session::log_in_by_digest()
{
    pop3::Prelude& prelude = before_->prelude;
    begin_login({.user = prelude.user(), .acts_as = {}}, "APOP");
    if (!before_->link || !pop3_.world().backends.is_default(prelude.user(), listener())) {
        Trouble elsewhere{TroubleKind::cancelled, "APOP with a timestamp of another host",
                          "APOP is not possible for your mailbox, use USER"};
        co_return co_await refuse(std::move(elsewhere));
    }
    std::optional<Trouble> trouble = co_await reach(prelude.user());
    if (trouble)
        co_return co_await refuse(std::move(*trouble));
    Pop3Outcome outcome = co_await before_->backend->apop(*before_->link, wishes(),
                                                          prelude.user(), prelude.digest());
    co_return co_await conclude(std::move(outcome));
}

net::Task<Pop3Session::Next> Pop3Session::log_in_by_sasl()
{
    const std::string mechanism = before_->prelude.mechanism();
    Messages messages = co_await hear_first_messages();
    before_->prelude.forget_secrets();
    if (!messages)
        co_return co_await without_message(messages.error(), mechanism);
    const std::optional<sasl::Identity> who = identify(mechanism, *messages);
    if (!who)
        co_return co_await without_message(NoMessage::malformed, mechanism);
    begin_login(*who, mechanism);
    if (const auto own = credentials_of(mechanism, *messages))
        shows(own->password);
    auto outcome = co_await exchange(*std::move(messages), who->mailbox());
    if (!outcome && outcome.error() == NoMessage::gone)
        co_return co_await without_message(NoMessage::gone, mechanism);
    if (!outcome) {
        Trouble cancelled{TroubleKind::cancelled, "cancelled by the client", {}};
        co_return co_await refuse(std::move(cancelled));
    }
    co_return co_await conclude(*std::move(outcome));
}

// The first of most mechanisms; of LOGIN name and password, because the name alone says
// nothing that anybody could answer.
net::Task<Pop3Session::Messages> Pop3Session::hear_first_messages()
{
    const pop3::Prelude& prelude = before_->prelude;
    const bool login = sasl::who_begins(prelude.mechanism()) == sasl::First::user_on_prompt;
    std::vector<std::string> messages;
    if (prelude.initial()) {
        messages.push_back(*prelude.initial() == "=" ? "" : *prelude.initial());
    } else {
        std::string question = login ? text::base64("Username:") : "";
        Message first = co_await ask(std::move(question));
        if (!first)
            co_return std::unexpected(first.error());
        messages.push_back(*std::move(first));
    }
    if (login) {
        Message second = co_await ask(text::base64("Password:"));
        if (!second)
            co_return std::unexpected(second.error());
        messages.push_back(*std::move(second));
    }
    co_return messages;
}

net::Task<Pop3Session::Message> Pop3Session::ask(std::string challenge)
{
    const std::string question = "+ " + challenge + "\r\n";
    co_await client().write(question);
    const std::size_t limit = listener().pop3.auth_line;
    const std::optional<net::Line> line = co_await client().hear_line(limit);
    if (!line)
        co_return std::unexpected(NoMessage::gone);
    if (line->text == "*")
        co_return std::unexpected(NoMessage::cancelled);
    const bool sound = !line->too_long && !line->hopeless && !line->stray;
    if (!sound || !text::from_base64(line->text))
        co_return std::unexpected(NoMessage::malformed);
    co_return std::string(line->text);
}

// To where the client is asked, or the login decided.
net::Task<Pop3Outcome> Pop3Session::begin_exchange(std::vector<std::string> messages,
                                                   std::string user)
{
    Pop3Outcome outcome;
    do {
        std::optional<Trouble> trouble = co_await reach(user);
        if (trouble) {
            outcome = std::unexpected(std::move(*trouble));
            break;
        }
        outcome = co_await before_->backend->authenticate(
            *before_->link, wishes(), before_->prelude.mechanism(), messages);
    } while (try_another(outcome));
    for (std::string& message : messages)
        base::wipe(message);
    co_return outcome;
}

// Message by message, read by nobody in between.  What the client has answered to one
// host's questions is of no use to the next.
net::Task<std::expected<Pop3Outcome, Pop3Session::NoMessage>>
Pop3Session::exchange(std::vector<std::string> messages, std::string user)
{
    Pop3Outcome outcome = co_await begin_exchange(std::move(messages), std::move(user));
    for (std::uint32_t round = 0; outcome && outcome->challenge; ++round) {
        listen();
        Message message = std::unexpected(NoMessage::cancelled);
        if (round < most_rounds)
            message = co_await ask(outcome->text);
        work();
        if (!message) {
            (void)co_await before_->backend->respond(*before_->link, "*");
            co_return std::unexpected(message.error());
        }
        outcome = co_await before_->backend->respond(*before_->link, *std::move(message));
    }
    co_return outcome;
}

net::Task<Pop3Session::Next> Pop3Session::without_message(NoMessage why,
                                                          std::string mechanism)
{
    if (why == NoMessage::gone) {
        end_as("gone");
        co_return Next::leave;
    }
    const bool cancelled = why == NoMessage::cancelled;
    const std::string what =
        cancelled ? "authentication cancelled" : "malformed authentication exchange";
    trying({}, std::move(mechanism));
    failed({cancelled ? TroubleKind::cancelled : TroubleKind::refused, what, {}});
    co_return co_await say(before_->prelude.malformed(what));
}

// The backend has answered.
net::Task<Pop3Session::Next> Pop3Session::conclude(Pop3Outcome outcome)
{
    // What fails after the client was asked may be its doing.
    if (before_->link && (outcome || !is_of_host(outcome.error().kind)))
        pop3_.world().backends.note_login(*before_->link,
                                          outcome ? nullptr : &outcome.error(), id());
    if (!outcome)
        co_return co_await refuse(std::move(outcome.error()));
    Link link = std::move(*before_->link);
    before_->link.reset();
    before_->prelude.forget_secrets();
    listen();
    const bool of_queue = link.stands_in;
    if (!succeeded(std::move(link)))
        co_return co_await say(before_->prelude.login_refused(
            pop3::error("IN-USE", "too many connections of this user")));
    if (pop3_.world().lists != nullptr && !of_queue)
        lists_ = pop3_.world().lists->watch(folded_user());
    after_ =
        std::make_unique<Pop3Conversation>(listener().pop3, witness_.get(), lists_.get());
    const std::string answer = std::move(outcome->text) + "\r\n";
    co_await client().write(answer);
    co_return Next::relay;
}

// What the queue says of a login is nothing that holds for the mailbox.
Trouble Pop3Session::unreachable(Trouble said)
{
    return {TroubleKind::down, "the backend is down, and of the queue: " + said.why, {}};
}

net::Task<Pop3Session::Next> Pop3Session::refuse(Trouble trouble)
{
    const bool of_queue = before_->link && before_->link->stands_in;
    const bool delays = of_queue || trouble.kind == TroubleKind::refused ||
                        trouble.kind == TroubleKind::no_route;
    if (of_queue)
        trouble = unreachable(std::move(trouble));
    failed(trouble);
    // APOP may be tried again on the same connection, if that still stands.
    const bool stands = trouble.kind == TroubleKind::refused && before_->keeps_link;
    if (!stands)
        before_->link.reset();
    pop3::Verdict verdict = before_->prelude.login_refused(pop3_refusal(trouble));
    if (delays)
        co_await delay_refusal();
    listen();
    co_return co_await say(std::move(verdict));
}

} // namespace proxy
