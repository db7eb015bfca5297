// SPDX-License-Identifier: Apache-2.0
// proxy/imap_session_backend.cc - LOGIN and AUTHENTICATE, the backend's side of them.
#include "imap/status.h"
#include "proxy/imap_identity.h"
#include "proxy/imap_replies.h"
#include "proxy/imap_session.h"
#include "text/base64.h"
#include "text/lines.h"

#include <utility>

namespace proxy {

namespace {

using imap::Condition;

// Our own commands; while a login is under way the client's tag is in use, too.
constexpr std::string_view own_tag = "s1";
constexpr std::string_view other_tag = "s2";

std::string_view tag_beside(std::string_view client)
{
    return client == own_tag ? other_tag : own_tag;
}

// The client has said what cannot go on, or that it does not want to.
struct ClientFailed {
    Trouble trouble;
};

Trouble no_such_login(const Link& link, const ImapLogin& login)
{
    const std::string what = login.mechanism.empty() ? "LOGIN" : login.mechanism;
    return {.kind = TroubleKind::refused,
            .why = link.name + ": takes no " + what,
            .reply = imap::say(login.tag, "NO", "CANNOT", "not possible for this user")};
}

} // namespace

net::Task<std::expected<std::string, Trouble>>
ImapSession::log_in_at(Link& link, const imap::Capabilities& offered, ImapLogin login)
{
    std::optional<Trouble> trouble;
    try {
        co_return co_await converse(link, offered, login);
    } catch (ImapFailed& failed) {
        trouble = std::move(failed.trouble);
    } catch (ClientFailed& failed) {
        trouble = std::move(failed.trouble);
    }
    co_return std::unexpected(*std::move(trouble));
}

// From the login to where the relay can begin; what the client hears.
net::Task<std::string> ImapSession::converse(Link& link, const imap::Capabilities& offered,
                                             ImapLogin login)
{
    ImapBackend backend(link, listener().imap);
    std::optional<ImapScript> script = script_of(login, offered);
    if (!script) {
        shows({});
        throw ClientFailed{no_such_login(link, login)};
    }
    script->lines.front().insert(0, introduction(link, offered, login.tag));
    ImapAnswer answer = co_await exchange(backend, *std::move(script), login.tag);
    if (imap::parse_response(answer.tagged).condition != Condition::ok)
        throw ClientFailed{trouble_of(answer, link.name)};
    if (!answer.capabilities) { // or the client would go by those of before the login
        co_await backend.say(std::string(own_tag) + " CAPABILITY\r\n",
                             listener().times.backend);
        const ImapAnswer asked = co_await backend.answer(std::string(own_tag));
        answer.capabilities = asked.capabilities;
    }
    const imap::Capabilities now(answer.capabilities.value_or(""));
    if (listener().backend_compress && now.has("COMPRESS=DEFLATE"))
        co_await compress_backend(backend, link);
    co_return welcome(answer, listener().compress);
}

// Said in one flight with the login.
std::string ImapSession::introduction(const Link& link, const imap::Capabilities& offered,
                                      std::string_view tag) const
{
    if (!offered.has("ID"))
        return {};
    ImapFields fields = without_claims(dialogue_->prelude.identity());
    if (link.host.client_info == db::ClientInfo::id)
        add_claims(fields, caller());
    return id_command(tag_beside(tag), fields);
}

net::Task<ImapAnswer> ImapSession::exchange(ImapBackend& backend, ImapScript script,
                                            std::string tag)
{
    const base::seconds patience = listener().times.backend;
    const std::string beside(tag_beside(tag));
    ImapAnswer answer;
    std::size_t next = 0;
    co_await backend.say(std::exchange(script.lines[next++], {}), patience);
    for (;;) {
        std::string line = co_await backend.hear();
        const imap::Response response = imap::parse_response(line);
        if (response.tag == tag) {
            if (response.has_code("CAPABILITY"))
                answer.capabilities = response.code_text;
            answer.tagged = std::move(line);
            co_return answer;
        }
        if (response.untagged()) {
            backend.note(answer, std::move(line));
        } else if (response.continuation() && next < script.lines.size()) {
            co_await backend.say(std::exchange(script.lines[next++], {}), patience);
        } else if (response.continuation() && script.relayed) {
            std::string challenge(text::trim(response.text));
            co_await relay_challenge(backend, std::move(challenge));
        } else if (response.tag != beside) { // whether it likes our ID does not matter
            backend.fail(TroubleKind::broken, "says what is no answer to a login");
        }
    }
}

net::Task<void> ImapSession::relay_challenge(ImapBackend& backend, std::string challenge)
{
    if (!text::from_base64(challenge))
        backend.fail(TroubleKind::broken, "says a challenge that is no base64");
    dialogue_->client_answered = true;
    listen();
    auto response = co_await ask(std::move(challenge));
    work();
    if (!response) {
        co_await backend.say("*\r\n", listener().times.backend);
        throw ClientFailed{std::move(response.error())};
    }
    std::string line = text::base64(*response) + "\r\n";
    co_await backend.say(std::move(line), listener().times.backend);
}

net::Task<void> ImapSession::compress_backend(ImapBackend& backend, Link& link)
{
    co_await backend.say(std::string(own_tag) + " COMPRESS DEFLATE\r\n",
                         listener().times.backend);
    const ImapAnswer heard = co_await backend.answer(std::string(own_tag));
    if (imap::parse_response(heard.tagged).condition == Condition::ok)
        link.leg->compress();
}

} // namespace proxy
