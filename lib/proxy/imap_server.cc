// SPDX-License-Identifier: Apache-2.0
// proxy/imap_server.cc - see the header.
#include "proxy/imap_server.h"

#include "imap/status.h"
#include "proxy/imap_backend.h"
#include "proxy/imap_replies.h"
#include "proxy/imap_session.h"

#include <utility>

namespace proxy {

std::unique_ptr<session::Guest> ImapServer::make_session(ListenerPtr listener,
                                                         session::Arrival arrival)
{
    return std::make_unique<ImapSession>(*this, std::move(listener), std::move(arrival));
}

net::Task<std::optional<std::string>> ImapServer::ask(ListenerPtr listener)
{
    ImapGreeter greeter(listener->imap);
    Caller nobody;
    nobody.id = "-";
    Search search;
    const auto link =
        co_await world().backends.open({}, listener, std::move(nobody), greeter, search);
    if (!link)
        co_return std::nullopt;
    co_return join(greeter.capabilities());
}

std::string ImapServer::farewell(std::string_view why) const
{
    return imap::say("*", "BYE", {}, why);
}

} // namespace proxy
