// SPDX-License-Identifier: Apache-2.0
// proxy/backends.cc - which hosts, in which order; opening one is backends_open.cc.
#include "proxy/backends.h"

#include "base/failure.h"
#include "base/steady.h"
#include "db/names.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace proxy {

namespace {

constexpr std::size_t most_candidates = 10;     // addresses tried for one login
constexpr std::size_t most_conditions = 10'000; // ways remembered
constexpr base::seconds longest_pause{600};

std::string bare_host(const std::string& host)
{
    if (host.size() > 2 && host.front() == '[' && host.back() == ']')
        return host.substr(1, host.size() - 2);
    return host;
}

} // namespace

std::string way_to(const net::Address& address, const db::RouteHost& host)
{
    std::string way =
        fmt::format("{} {} {} {}", address.text(), std::to_underlying(host.protocol),
                    std::to_underlying(host.client_info), std::to_underlying(host.tls));
    if (host.tls != db::TlsPolicy::none)
        way +=
            fmt::format("\n{}\n{}\n{}", host.tls_name.empty() ? host.host : host.tls_name,
                        host.fingerprint, host.ca_file);
    return way;
}

std::string routed_name(const std::string& user, const std::string& domain)
{
    if (domain.empty() || user.contains('@'))
        return user;
    return user + "@" + domain;
}

std::string folded_name(const std::string& user, const std::string& domain)
{
    const std::string name = routed_name(user, domain);
    const db::Halves parts = db::halves(name);
    if (parts.domain.empty())
        return db::lower(name);
    return db::lower(parts.local) + "@" +
           db::normal_domain(parts.domain).value_or(db::lower(parts.domain));
}

Backends::Backends(net::Loop& loop, Routes& routes, net::Resolver* resolver)
    : loop_(loop), routes_(routes), resolver_(resolver)
{
    set_dead_for(base::seconds{10});
}

void Backends::set_dead_for(base::seconds pause)
{
    limits_.first_pause = pause.count();
    outage_times_.test = pause.count();
    limits_.longest_pause = std::max(pause, longest_pause).count();
    for (auto& [key, condition] : conditions_)
        condition.health.set_limits(limits_);
}

std::expected<std::vector<db::RouteHost>, Trouble>
Backends::hosts_of(const std::string& user, const Listener& listener)
{
    std::vector<db::RouteHost> hosts;
    try {
        if (!user.empty())
            hosts = routes_.of(routed_name(user, listener.user_domain));
    } catch (const base::Failure& failure) {
        return std::unexpected(Trouble{TroubleKind::unavailable, failure.what(), {}});
    }
    if (hosts.empty() && listener.backend)
        hosts.push_back(*listener.backend);
    if (hosts.empty())
        return std::unexpected(Trouble{
            TroubleKind::no_route, "no route, and the listener has no backend", {}});
    std::ranges::shuffle(hosts, random_);
    std::ranges::sort(hosts, {}, &db::RouteHost::priority);
    return hosts;
}

bool Backends::is_default(const std::string& user, const Listener& listener)
{
    const auto hosts = hosts_of(user, listener);
    return hosts && listener.backend && hosts->size() == 1 &&
           hosts->front() == *listener.backend;
}

net::Task<std::vector<Backends::Candidate>>
Backends::candidates(std::vector<db::RouteHost> hosts, Trouble& trouble)
{
    std::vector<Candidate> found;
    for (db::RouteHost& host : hosts) {
        const std::string name = bare_host(host.host);
        net::DnsAnswer<net::Address> answer;
        if (name.starts_with('/'))
            answer.records = {net::Address::parse_endpoint(name).value()};
        else if (const auto address = net::Address::parse_ip(name, host.port))
            answer.records = {*address};
        else if (resolver_ != nullptr)
            answer = co_await resolver_->addresses(name, host.port);
        if (answer.records.empty())
            trouble = {TroubleKind::down,
                       fmt::format("address of {}: {}", name,
                                   answer.why.empty() ? "not found" : answer.why),
                       {}};
        for (const net::Address& address : answer.records)
            found.push_back({address, host, way_to(address, host), false});
        if (found.size() > most_candidates)
            found.resize(most_candidates);
    }
    co_return found;
}

Backends::Condition& Backends::condition_of(const std::string& key)
{
    if (conditions_.size() > most_conditions)
        std::erase_if(conditions_, [](const auto& entry) {
            const Condition& one = entry.second;
            return !one.health.dead() && one.probing == 0 && !one.watched;
        });
    return conditions_.try_emplace(key, session::Health(limits_), 0u).first->second;
}

// A dead host whose pause is over keeps its place, for one connection that finds out.
void Backends::put_dead_last(std::vector<Candidate>& candidates)
{
    if (candidates.size() < 2)
        return;
    const std::int64_t now = base::steady_seconds();
    for (Candidate& candidate : candidates) {
        const Condition& condition = condition_of(candidate.key);
        candidate.dead = condition.health.dead() &&
                         (condition.probing > 0 || condition.health.allowed(now) == 0);
    }
    std::vector<Candidate> ordered;
    for (const bool dead : {false, true})
        for (Candidate& candidate : candidates)
            if (candidate.dead == dead)
                ordered.push_back(std::move(candidate));
    candidates = std::move(ordered);
}

bool Search::has_asked(std::string_view key) const
{
    return std::ranges::find(asked_, key) != asked_.end();
}

bool Search::goes_on_behind(const Link& link, const Trouble& trouble)
{
    if (!another_may_do_better(trouble.kind))
        return false;
    pass_by(link.key);
    if (!first_)
        first_ = trouble;
    return true;
}

// What a host said of this user's login tells more than why another could not be reached.
Trouble Search::verdict(Trouble last) const
{
    return first_.value_or(std::move(last));
}

net::Task<std::expected<Link, Trouble>> Backends::open(std::string user,
                                                       ListenerPtr listener, Caller caller,
                                                       Greeter& greeter, Search& search)
{
    auto hosts = hosts_of(user, *listener);
    if (!hosts)
        co_return std::unexpected(search.verdict(std::move(hosts.error())));
    Trouble trouble{TroubleKind::down, "it has been down for long", {}};
    std::vector<Candidate> found = co_await candidates(*hosts, trouble);
    const bool is_lost = is_nowhere(hosts->front(), !found.empty());
    const bool queue_stands_in = is_lost || are_out(found);
    put_dead_last(found);
    for (const Candidate& candidate : found) {
        if (is_lost || search.has_asked(candidate.key) ||
            (queue_stands_in && rests(candidate)))
            continue;
        auto link = co_await try_one(candidate, listener, caller, greeter);
        if (link && queue_stands_in && was_only_greeted(*link))
            continue;
        if (link)
            co_return link;
        trouble = std::move(link.error());
        if (!another_may_do_better(trouble.kind))
            break;
        search.pass_by(candidate.key);
    }
    if (is_lost || are_out(found)) {
        watch_all(found, listener);
        auto link = co_await open_queue(listener, caller, greeter);
        if (link)
            co_return link;
    }
    co_return std::unexpected(search.verdict(std::move(trouble)));
}

} // namespace proxy
