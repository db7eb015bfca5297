// SPDX-License-Identifier: Apache-2.0
// proxy/pop3_backend_login.cc - the login itself: who the client is, what it wishes, and
// its name and secret.
#include "base/log.h"
#include "base/wipe.h"
#include "pop3/xclient.h"
#include "proxy/pop3_backend.h"
#include "sasl/plain.h"
#include "text/base64.h"
#include "text/lines.h"

#include <algorithm>
#include <utility>

namespace proxy {

namespace {

// RFC 5034 section 4: with the verb and the mechanism, and with CRLF.
constexpr std::size_t longest_initial_line = 255;

// Who promises to say [AUTH] of a wrong password (RFC 3206) means something else without.
bool of_password(const pop3::Capabilities& server, const pop3::Reply& reply)
{
    if (reply.code.empty())
        return !server.has("AUTH-RESP-CODE");
    return text::equal_ignoring_case(reply.code, "AUTH");
}

Trouble judged(const Link& link, const pop3::Capabilities& server, std::string_view line)
{
    const pop3::Reply reply = pop3::parse_reply(line);
    const std::string why = link.name + " said: " + text::printable(line);
    if (reply.indicator != pop3::Indicator::error)
        return {TroubleKind::broken, why, {}};
    std::string heard(line.substr(std::min<std::size_t>(line.size(), 5))); // "-ERR "
    switch (pop3::refusal_of(reply)) {
    case pop3::Refusal::in_use:
        return {TroubleKind::in_use, why, std::move(heard)};
    case pop3::Refusal::login_delay:
    case pop3::Refusal::temporary:
        return {TroubleKind::unavailable, why, std::move(heard)};
    case pop3::Refusal::credentials:
    case pop3::Refusal::permanent:
        break;
    }
    return {TroubleKind::refused, why, std::move(heard), of_password(server, reply)};
}

Trouble of_refusal(const Link& link, const pop3::Capabilities& server,
                   std::string_view line)
{
    Trouble trouble = judged(link, server, line);
    trouble.backend = link.name;
    return trouble;
}

Trouble not_carried(const Link& link, const std::string& mechanism)
{
    return {TroubleKind::cancelled, link.name + " does not offer " + mechanism,
            "this mechanism is not offered for your mailbox"};
}

std::string verb_of(std::string_view line)
{
    return std::string(line.substr(0, line.find(' ')));
}

} // namespace

std::optional<Pop3Credentials> credentials_of(std::string_view mechanism,
                                              const std::vector<std::string>& responses)
{
    std::string first = text::from_base64(responses.front()).value_or("");
    const base::Wiped wiped(first);
    Pop3Credentials found;
    if (mechanism == "PLAIN") {
        const auto plain = sasl::parse_plain(first);
        if (plain && plain->for_oneself())
            found = {std::string(plain->user), std::string(plain->password)};
    } else if (mechanism == "LOGIN" && responses.size() == 2) {
        found = {first, text::from_base64(responses.back()).value_or("")};
    }
    if (found.password.empty())
        return std::nullopt;
    return found;
}

bool pop3_carries(const pop3::Capabilities& server, std::string_view mechanism)
{
    const bool is_password = mechanism == "PLAIN" || mechanism == "LOGIN";
    return server.has("SASL", mechanism) || (is_password && server.has("USER"));
}

// What comes before every login on this link, once.
Pop3Backend::Script Pop3Backend::preface(const Link& link, const Pop3Wishes& wishes)
{
    Script script;
    if (std::exchange(introduced_, true))
        return script;
    if (link.host.client_info == db::ClientInfo::xclient) {
        pop3::Xclient client;
        if (!caller_.client.ip().empty()) {
            client.address = caller_.client.ip();
            client.port = caller_.client.port();
        }
        client.session = caller_.id;
        client.ttl = caller_.ttl - 1;
        if (takes_xclient_)
            script.push_back({pop3::write_xclient(client), Need::wish});
        else
            note_refused(link, {"XCLIENT", Need::wish}, "not offered in the greeting");
    }
    if (wishes.utf8)
        script.push_back({"UTF8", Need::wish});
    if (!wishes.language.empty())
        script.push_back({"LANG " + wishes.language, Need::wish});
    return script;
}

net::Task<Pop3Outcome> Pop3Backend::log_in(Link& link, Pop3Wishes wishes,
                                           Pop3Credentials who)
{
    if (link.user_domain)
        who.user = folded_name(who.user, *link.user_domain);
    const pop3::Capabilities& can = capabilities();
    const bool known = !can.lines().empty();
    if (known && !can.has("USER") && can.has("SASL", "PLAIN")) {
        std::string message = sasl::plain_message(who.user, who.password);
        const base::Wiped wiped(message);
        std::vector<std::string> responses{text::base64(message)};
        co_return co_await authenticate(link, std::move(wishes), "PLAIN",
                                        std::move(responses));
    }
    Script script = preface(link, wishes);
    script.push_back({"USER " + who.user});
    script.push_back({"PASS " + who.password});
    co_return co_await play(link, std::move(script));
}

net::Task<Pop3Outcome> Pop3Backend::apop(Link& link, Pop3Wishes wishes, std::string user,
                                         std::string digest)
{
    Script script = preface(link, wishes);
    script.push_back({"APOP " + user + " " + digest});
    co_return co_await play(link, std::move(script));
}

net::Task<Pop3Outcome> Pop3Backend::authenticate(Link& link, Pop3Wishes wishes,
                                                 std::string mechanism,
                                                 std::vector<std::string> responses)
{
    const pop3::Capabilities& can = capabilities();
    const bool known = !can.lines().empty();
    if (known && !can.has("SASL", mechanism)) {
        std::optional<Pop3Credentials> who;
        if (can.has("USER"))
            who = credentials_of(mechanism, responses);
        for (std::string& response : responses)
            base::wipe(response);
        if (!who)
            co_return std::unexpected(not_carried(link, mechanism));
        co_return co_await log_in(link, std::move(wishes), *std::move(who));
    }
    Script script = preface(link, wishes);
    std::string command = "AUTH " + mechanism;
    const std::string& first = responses.front();
    const std::string initial = first.empty() ? "=" : first;
    const bool at_once = responses.size() == 1 && can.has("SASL") &&
                         command.size() + 1 + initial.size() + 2 <= longest_initial_line;
    if (at_once) {
        command += " " + initial;
        base::wipe(responses.front());
        responses.clear();
    }
    script.push_back({std::move(command), Need::must, true});
    Pop3Outcome answer = co_await play(link, std::move(script));
    co_return co_await supply(link, std::move(answer), std::move(responses));
}

// The server asks for what we have already.
net::Task<Pop3Outcome> Pop3Backend::supply(Link& link, Pop3Outcome answer,
                                           std::vector<std::string> responses)
{
    for (std::string& response : responses) {
        const base::Wiped wiped(response);
        if (!answer)
            continue;
        if (!answer->challenge)
            answer = std::unexpected(Trouble{
                TroubleKind::broken, link.name + ": a login without its secret", {}});
        else
            answer = co_await respond(link, response);
    }
    co_return answer;
}

net::Task<Pop3Outcome> Pop3Backend::respond(Link& link, std::string response)
{
    Script script;
    script.push_back({std::move(response), Need::must, true});
    co_return co_await play(link, std::move(script));
}

std::string Pop3Backend::joined(const Script& script)
{
    std::string together;
    for (const Step& step : script)
        together.append(together.empty() ? "" : "\r\n").append(step.line);
    return together;
}

net::Task<Pop3Outcome> Pop3Backend::play(Link& link, Script script)
{
    std::optional<Pop3Outcome> outcome;
    try {
        outcome = co_await play_steps(link, script);
    } catch (const std::runtime_error&) {
        outcome = std::unexpected(trouble_now(link.name));
    }
    for (Step& step : script)
        base::wipe(step.line);
    co_return std::move(*outcome);
}

// All at once where the server takes it so, and its answers in their order; else line by
// line, and nothing more is said behind a refusal.
net::Task<Pop3Outcome> Pop3Backend::play_steps(Link& link, Script& script)
{
    const bool at_once = script.size() > 1 && capabilities().has("PIPELINING");
    link.set_timeout(options_.patience);
    std::string together = at_once ? joined(script) : "";
    const base::Wiped wiped(together);
    Pop3Outcome outcome;
    for (std::size_t i = 0; i < script.size(); ++i) {
        if (i == 0 || !at_once) {
            const std::string& words = at_once ? together : script[i].line;
            auto unasked = co_await say(link, words);
            if (unasked)
                co_return std::unexpected(std::move(*unasked));
        }
        const std::size_t limit =
            script[i].answers ? options_.limits.auth_line : options_.limits.reply_line;
        auto line = co_await hear(link, limit);
        if (!line)
            co_return std::unexpected(std::move(line.error()));
        take_answer(link, script[i], *line, outcome);
        const bool go_on =
            outcome || (at_once && outcome.error().kind != TroubleKind::broken);
        if (!go_on)
            break;
    }
    co_return outcome;
}

// The first refusal counts, whatever is said later.
void Pop3Backend::take_answer(const Link& link, const Step& step, const std::string& line,
                              Pop3Outcome& outcome) const
{
    using pop3::Indicator;
    const pop3::Reply reply = pop3::parse_reply(line);
    const bool challenge = step.answers && reply.indicator == Indicator::challenge &&
                           text::from_base64(reply.text).has_value();
    if (step.need == Need::wish && reply.indicator == Indicator::error)
        note_refused(link, step, line);
    else if (!outcome)
        return;
    else if (challenge)
        outcome = Pop3Answer{true, std::string(reply.text)};
    else if (reply.indicator == Indicator::ok)
        outcome = Pop3Answer{false, line};
    else
        outcome = std::unexpected(of_refusal(link, capabilities(), line));
}

void Pop3Backend::note_refused(const Link& link, const Step& step,
                               std::string_view line) const
{
    base::log(base::Level::notice, "backend-option-refused", caller_.id,
              {{"backend", link.name}, {"command", verb_of(step.line)}, {"reply", line}});
}

} // namespace proxy
