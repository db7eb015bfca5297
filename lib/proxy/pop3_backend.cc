// SPDX-License-Identifier: Apache-2.0
// proxy/pop3_backend.cc - up to where a login is possible; the login is
// pop3_backend_login.cc.
#include "proxy/pop3_backend.h"

#include "base/wipe.h"
#include "text/lines.h"

#include <utility>

namespace proxy {

namespace {

Trouble broken(const Link& link, std::string_view what)
{
    return {TroubleKind::broken, link.name + ": " + std::string(what), {}};
}

Trouble unavailable(const Link& link, std::string_view said)
{
    return {TroubleKind::unavailable, link.name + " said: " + text::printable(said), {}};
}

} // namespace

Pop3Backend::Pop3Backend(Options options, Caller caller, Pop3Memory& memory)
    : options_(options), caller_(std::move(caller)), memory_(memory)
{
}

net::Task<std::optional<Trouble>> Pop3Backend::greet(Link& link)
{
    std::optional<Trouble> trouble = co_await hear_greeting(link);
    if (!trouble && link.needs_starttls())
        trouble = co_await begin_tls(link);
    if (!trouble)
        trouble = co_await hear_capabilities(link);
    co_return trouble;
}

net::Task<std::optional<Trouble>> Pop3Backend::hear_greeting(Link& link)
{
    introduced_ = false;
    link.set_timeout(options_.patience);
    const auto line = co_await hear(link, options_.limits.reply_line);
    if (!line)
        co_return line.error();
    const pop3::Reply reply = pop3::parse_reply(*line);
    if (reply.indicator == pop3::Indicator::error)
        co_return unavailable(link, *line);
    if (reply.indicator != pop3::Indicator::ok)
        co_return broken(link, "the greeting is no POP3");
    timestamp_ = pop3::timestamp_of(*line);
    takes_xclient_ =
        text::equal_ignoring_case(reply.code.substr(0, reply.code.find(' ')), "XCLIENT");
    co_return std::nullopt;
}

// Not asked for by CAPA first: whoever sits between could strike it out there just as well.
net::Task<std::optional<Trouble>> Pop3Backend::begin_tls(Link& link)
{
    std::optional<Trouble> trouble = co_await say(link, "STLS");
    if (trouble)
        co_return trouble;
    const auto line = co_await hear(link, options_.limits.reply_line);
    if (!line)
        co_return line.error();
    if (pop3::parse_reply(*line).indicator != pop3::Indicator::ok)
        co_return Trouble{
            TroubleKind::tls, link.name + " refuses STLS: " + text::printable(*line), {}};
    co_await link.start_tls();
    co_return std::nullopt;
}

net::Task<std::optional<Trouble>> Pop3Backend::hear_capabilities(Link& link)
{
    said_ = memory_.of(link.key);
    if (said_ && !options_.ask_capabilities)
        co_return std::nullopt;
    link.set_timeout(options_.patience);
    std::optional<Trouble> trouble = co_await say(link, "CAPA");
    if (trouble)
        co_return trouble;
    const auto line = co_await hear(link, options_.limits.reply_line);
    if (!line)
        co_return line.error();
    pop3::Capabilities said; // none: a server older than CAPA
    if (pop3::parse_reply(*line).indicator == pop3::Indicator::ok)
        trouble = co_await hear_list(link, said);
    if (!trouble)
        said_ = memory_.learn(link.key, std::move(said));
    co_return trouble;
}

net::Task<std::optional<Trouble>> Pop3Backend::hear_list(Link& link,
                                                         pop3::Capabilities& said)
{
    for (std::size_t lines = 0; lines <= options_.limits.capabilities; ++lines) {
        const auto line = co_await hear(link, options_.limits.reply_line);
        if (!line)
            co_return line.error();
        if (*line == ".")
            co_return std::nullopt;
        said.add(*line);
    }
    co_return broken(link, "too many capabilities");
}

net::Task<std::expected<std::string, Trouble>> Pop3Backend::hear(Link& link,
                                                                 std::size_t limit)
{
    const std::optional<net::Line> line = co_await link.leg->hear_line(limit);
    if (!line)
        co_return std::unexpected(broken(link, "connection closed"));
    if (line->too_long || line->hopeless)
        co_return std::unexpected(broken(link, "a line of the answer is too long"));
    if (line->stray || line->text.contains('\r'))
        co_return std::unexpected(broken(link, "a line of the answer is malformed"));
    co_return std::string(line->text);
}

net::Task<std::optional<Trouble>> Pop3Backend::say(Link& link, std::string_view line)
{
    if (link.leg->has_input())
        co_return broken(link, "said something unasked");
    std::string bytes;
    bytes.reserve(line.size() + 2);
    bytes.append(line).append("\r\n");
    const base::Wiped wiped(bytes);
    co_await link.leg->write(bytes);
    co_return std::nullopt;
}

} // namespace proxy
