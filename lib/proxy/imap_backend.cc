// SPDX-License-Identifier: Apache-2.0
// proxy/imap_backend.cc - see the header.
#include "proxy/imap_backend.h"

#include "base/wipe.h"
#include "imap/status.h"
#include "text/lines.h"

#include <utility>

namespace proxy {

namespace {

// Untagged lines before the relay begins; who says more than these never ends.
constexpr std::size_t most_untagged = 100;

using imap::Condition;

constexpr std::string_view own_tag = "s1";

std::string own_command(std::string_view command)
{
    return std::string(own_tag) + " " + std::string(command) + "\r\n";
}

} // namespace

void ImapBackend::fail(TroubleKind kind, std::string_view why) const
{
    throw ImapFailed(
        {.kind = kind, .why = link_.name + ": " + std::string(why), .reply = {}});
}

net::Task<void> ImapBackend::say(std::string text, base::seconds patience)
{
    link_.set_timeout(patience);
    const base::Wiped wiped(text);
    co_await say(std::move(text));
}

net::Task<void> ImapBackend::say(std::string text)
{
    const base::Wiped wiped(text); // it may be a password
    std::optional<Trouble> trouble;
    try {
        co_await link_.leg->write(text);
    } catch (const std::runtime_error&) {
        trouble = trouble_now(link_.name);
    }
    if (trouble)
        throw ImapFailed(*std::move(trouble));
}

net::Task<std::string> ImapBackend::hear()
{
    std::optional<Trouble> trouble;
    try {
        co_return co_await hear_response();
    } catch (const ImapFailed&) {
        throw;
    } catch (const std::runtime_error&) {
        trouble = trouble_now(link_.name);
    }
    throw ImapFailed(*std::move(trouble));
}

net::Task<std::string> ImapBackend::hear_response()
{
    for (;;) {
        const std::string_view bytes = co_await link_.leg->hear_bytes();
        if (bytes.empty())
            fail(TroubleKind::broken, "closed the connection");
        const std::size_t taken = reader_.feed(bytes);
        link_.leg->take(taken);
        if (reader_.too_long())
            fail(TroubleKind::broken, "says a response that is too long");
        if (reader_.complete())
            co_return reader_.release();
    }
}

net::Task<ImapAnswer> ImapBackend::answer(std::string tag)
{
    ImapAnswer answer;
    for (;;) {
        std::string line = co_await hear();
        const imap::Response response = imap::parse_response(line);
        if (response.tag == tag) {
            if (response.has_code("CAPABILITY"))
                answer.capabilities = response.code_text;
            answer.tagged = std::move(line);
            co_return answer;
        }
        if (!response.untagged())
            fail(TroubleKind::broken,
                 "says what is no answer: " + text::printable(line, 80));
        note(answer, std::move(line));
    }
}

void ImapBackend::note(ImapAnswer& answer, std::string line)
{
    const imap::Response response = imap::parse_response(line);
    if (++untagged_ > most_untagged)
        fail(TroubleKind::broken, "does not come to an answer");
    if (response.condition == Condition::bye)
        fail(TroubleKind::unavailable, text::printable(line, 200));
    if (response.condition == Condition::preauth)
        fail(TroubleKind::broken, "says PREAUTH");
    std::string_view list;
    if (response.data("CAPABILITY", list))
        answer.capabilities = list;
    else if (response.has_code("CAPABILITY"))
        answer.capabilities = response.code_text;
    else if (response.condition != Condition::none)
        answer.besides.push_back(std::move(line));
}

// What the backend (or somebody in between) has said behind its OK is thrown away.
net::Task<void> ImapBackend::start_tls()
{
    co_await say(own_command("STARTTLS"));
    const ImapAnswer heard = co_await answer(std::string(own_tag));
    if (imap::parse_response(heard.tagged).condition != Condition::ok)
        fail(TroubleKind::tls,
             "STARTTLS is refused: " + text::printable(heard.tagged, 200));
    co_await link_.start_tls();
}

net::Task<std::optional<Trouble>> ImapGreeter::greet(Link& link)
{
    try {
        co_await converse(link);
    } catch (const ImapFailed& failed) {
        co_return failed.trouble;
    }
    co_return std::nullopt;
}

// PREAUTH would make STARTTLS impossible and every client the same user.
net::Task<void> ImapGreeter::converse(Link& link)
{
    capabilities_ = {};
    ImapBackend backend(link, limits_);
    const std::string greeting = co_await backend.hear();
    const imap::Response response = imap::parse_response(greeting);
    if (response.untagged() && response.condition == Condition::bye)
        backend.fail(TroubleKind::unavailable, text::printable(greeting, 200));
    if (!response.untagged() || response.condition != Condition::ok)
        backend.fail(TroubleKind::broken, "greets with " + text::printable(greeting, 80));
    if (response.has_code("CAPABILITY"))
        capabilities_ = imap::Capabilities(response.code_text);
    if (link.needs_starttls()) {
        if (!capabilities_.empty() && !capabilities_.has("STARTTLS"))
            backend.fail(TroubleKind::tls, "offers no STARTTLS");
        co_await backend.start_tls();
        capabilities_ = {};
    }
    if (!capabilities_.empty())
        co_return;
    co_await backend.say(own_command("CAPABILITY"));
    const ImapAnswer heard = co_await backend.answer(std::string(own_tag));
    capabilities_ = imap::Capabilities(heard.capabilities.value_or(""));
    if (capabilities_.empty())
        backend.fail(TroubleKind::broken, "tells no capabilities");
}

} // namespace proxy
