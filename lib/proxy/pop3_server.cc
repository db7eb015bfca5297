// SPDX-License-Identifier: Apache-2.0
#include "proxy/pop3_server.h"

#include "pop3/reply.h"
#include "proxy/pop3_session.h"

#include <algorithm>
#include <utility>

namespace proxy {

void Pop3Server::forget_facts()
{
    Server::forget_facts();
    memory_.forget();
}

std::unique_ptr<session::Guest> Pop3Server::make_session(ListenerPtr listener,
                                                         session::Arrival arrival)
{
    return std::make_unique<Pop3Session>(*this, std::move(listener), std::move(arrival));
}

std::string Pop3Server::farewell(std::string_view why) const
{
    return pop3::error("SYS/TEMP", why);
}

namespace {

Pop3Backend::Options options_of(const Listener& listener)
{
    return {.limits = listener.pop3,
            .patience = listener.times.backend,
            .ask_capabilities = true};
}

} // namespace

void Pop3Server::watch_backends()
{
    world().backends.watch_by([this](const ListenerPtr& listener) {
        Caller nobody{.id = "-", .client = {}, .local = {}};
        return std::make_unique<Pop3Backend>(options_of(*listener), std::move(nobody),
                                             memory_);
    });
}

// A fact is a line of CAPA.
net::Task<std::optional<std::string>> Pop3Server::ask(ListenerPtr listener)
{
    Caller nobody{.id = "-", .client = {}, .local = {}};
    Pop3Backend backend(options_of(*listener), nobody, memory_);
    Search search;
    auto link =
        co_await world().backends.open({}, listener, std::move(nobody), backend, search);
    if (!link || link->stands_in) // what the queue can is not what the backend can
        co_return std::nullopt;
    std::string facts;
    for (const std::string& line : backend.capabilities().lines())
        facts.append(line).append("\n");
    try {
        co_await link->leg->write("QUIT\r\n");
    } catch (const std::runtime_error&) { // it has told us what we wanted to know
    }
    co_return facts;
}

net::Task<std::optional<pop3::Capabilities>>
Pop3Server::capabilities_of(ListenerPtr listener)
{
    const std::optional<std::string> facts = co_await facts_of(std::move(listener));
    if (!facts)
        co_return std::nullopt;
    pop3::Capabilities said;
    for (std::string_view rest = *facts; !rest.empty();) {
        const std::string_view line = rest.substr(0, rest.find('\n'));
        said.add(line);
        rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    }
    co_return said;
}

} // namespace proxy
