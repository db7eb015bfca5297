// SPDX-License-Identifier: Apache-2.0
#include "proxy/pop3_refusal.h"

#include "pop3/reply.h"
#include "text/lines.h"

namespace proxy {

namespace {

// The backend's own words, as far as they are fit to be passed on; its own code, if it has
// one.
std::string in_its_words(const Trouble& trouble, std::string_view code,
                         std::string_view words)
{
    const std::string line = "-ERR " + trouble.reply;
    const pop3::Reply said = pop3::parse_reply(line);
    if (trouble.reply.empty() || text::has_control(line))
        return pop3::error(code, words);
    return pop3::error(said.code.empty() ? code : said.code, said.text);
}

} // namespace

std::string pop3_refusal(const Trouble& trouble)
{
    switch (trouble.kind) {
    case TroubleKind::refused:
        return in_its_words(trouble, "AUTH", "Authentication failed.");
    case TroubleKind::in_use:
        return in_its_words(trouble, "IN-USE", "your mailbox is in use");
    case TroubleKind::unavailable:
        return in_its_words(trouble, "SYS/TEMP", "your mailbox cannot be reached now");
    case TroubleKind::cancelled:
        return in_its_words(trouble, "", "authentication cancelled");
    case TroubleKind::no_route: // nobody is told which users exist
        return pop3::error("AUTH", "Authentication failed.");
    case TroubleKind::down:
    case TroubleKind::broken:
    case TroubleKind::tls:
        break;
    }
    return pop3::error("SYS/TEMP", "your mailbox cannot be reached now");
}

} // namespace proxy
