// SPDX-License-Identifier: Apache-2.0
// proxy/imap_replies.cc - see the header.
#include "proxy/imap_replies.h"

#include "text/lines.h"

namespace proxy {

namespace {

using imap::Condition;
using imap::Response;

TroubleKind kind_of(const Response& response)
{
    switch (imap::refusal_of(response)) {
    case imap::Refusal::temporary:
        return TroubleKind::unavailable;
    case imap::Refusal::in_use:
        return TroubleKind::in_use;
    case imap::Refusal::credentials:
    case imap::Refusal::privacy:
        break;
    }
    return TroubleKind::refused;
}

// RFC 5530.  No server says whether it has these codes; a NO without one may be anything.
bool of_password(const Response& response)
{
    return response.has_code("AUTHENTICATIONFAILED") || response.has_code("EXPIRED");
}

// A referral (RFC 2221) leads around us.
bool is_referral(const Response& response)
{
    return response.has_code("REFERRAL");
}

// The line as it is, if it is one line for everybody.
std::string passed_on(std::string_view line)
{
    return (text::has_control(line) ? text::printable(line) : std::string(line)) + "\r\n";
}

std::string said_before(const ImapAnswer& answer)
{
    std::string text;
    for (const std::string& line : answer.besides)
        text += passed_on(line);
    return text;
}

std::string answered(const Response& response, std::string_view line, bool compress)
{
    if (is_referral(response))
        return imap::say(response.tag, "OK", {}, text::printable(response.text));
    const std::string instead = imap::filtered(response, line, compress);
    return passed_on(instead.empty() ? line : instead);
}

} // namespace

std::string refusal(const Trouble& trouble, std::string_view tag)
{
    if (!trouble.reply.empty())
        return trouble.reply;
    switch (trouble.kind) {
    case TroubleKind::refused:
    case TroubleKind::no_route: // nobody is told who has one: as Dovecot says it
        return imap::say(tag, "NO", "AUTHENTICATIONFAILED", "Authentication failed.");
    case TroubleKind::in_use:
        return imap::say(tag, "NO", "LIMIT", "too many connections of this user");
    case TroubleKind::cancelled:
        return imap::say(tag, "BAD", {}, "authentication is cancelled");
    case TroubleKind::unavailable:
    case TroubleKind::down:
    case TroubleKind::broken:
    case TroubleKind::tls:
        break;
    }
    return imap::say(tag, "NO", "UNAVAILABLE", "the mailbox is out of reach, try later");
}

bool is_guess(TroubleKind kind)
{
    return kind == TroubleKind::refused || kind == TroubleKind::no_route;
}

Trouble trouble_of(std::string_view tagged, std::string_view backend)
{
    const Response response = imap::parse_response(tagged);
    const std::string_view said = tagged.substr(response.tag.size());
    Trouble trouble{.kind = kind_of(response),
                    .why = std::string(backend) + ":" + text::printable(said, 200),
                    .reply = {},
                    .of_password = of_password(response),
                    .backend = std::string(backend)};
    if (is_referral(response))
        trouble.kind = TroubleKind::unavailable;
    else if (response.condition == Condition::bad || !response.code.empty())
        trouble.reply = passed_on(tagged);
    else
        trouble.reply = imap::say(response.tag, "NO", "AUTHENTICATIONFAILED",
                                  text::printable(response.text));
    return trouble;
}

Trouble trouble_of(const ImapAnswer& answer, std::string_view backend)
{
    Trouble trouble = trouble_of(answer.tagged, backend);
    if (!answer.besides.empty())
        trouble.reply =
            said_before(answer) + refusal(trouble, imap::parse_response(answer.tagged).tag);
    return trouble;
}

std::string welcome(const ImapAnswer& answer, bool compress)
{
    std::string text = said_before(answer);
    const Response tagged = imap::parse_response(answer.tagged);
    if (answer.capabilities && !tagged.has_code("CAPABILITY"))
        text += "* CAPABILITY " +
                imap::announce_after_login(*answer.capabilities, compress) + "\r\n";
    return text + answered(tagged, answer.tagged, compress);
}

std::string join(const imap::Capabilities& capabilities)
{
    std::string text;
    for (const std::string& word : capabilities.words())
        text += (text.empty() ? "" : " ") + word;
    return text;
}

} // namespace proxy
