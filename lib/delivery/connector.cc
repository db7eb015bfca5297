// SPDX-License-Identifier: Apache-2.0
// delivery/connector.cc - which hosts and addresses; opening one of them is
// connector_open.cc.
#include "delivery/connector.h"

#include "base/clock.h"

#include <algorithm>
#include <utility>

namespace delivery {

namespace {

constexpr std::size_t most_targets = 20;       // hosts of one destination
constexpr std::size_t most_remembered = 10000; // failed addresses

ConnectFailure failure_of(const Exchangers& found)
{
    ConnectFailure out;
    out.permanent = found.permanent;
    out.why = found.why;
    out.status = found.status;
    return out;
}

// Mail fails only when everything that was tried is for ever: one host or look-up that may
// be better later, and it waits.
void add_failure(ConnectFailure& known, ConnectFailure next)
{
    if (known.why.empty() || known.permanent || !next.permanent)
        known = std::move(next);
}

// A name in our own tables that the DNS does not know is a mistake to be corrected.
void make_temporary(ConnectFailure& failure)
{
    failure.permanent = false;
    failure.status = {4, 4, 3};
}

std::string bare_host(const std::string& host)
{
    if (host.size() > 2 && host.front() == '[' && host.back() == ']')
        return host.substr(1, host.size() - 2);
    return host;
}

} // namespace

Connector::Connector(net::Loop& loop, net::Resolver& resolver, ConnectOptions options)
    : loop_(loop), resolver_(resolver), options_(std::move(options))
{
}

void Connector::set_options(ConnectOptions options)
{
    options_ = std::move(options);
    contexts_.forget();
}

net::Task<ConnectResult> Connector::connect(NextHopPtr next, spool::Client client,
                                            std::string id)
{
    Search found = co_await search(next);
    if (found.candidates.empty())
        co_return std::unexpected(std::move(found.failure));
    put_failed_last(found.candidates);
    const bool too_many = found.candidates.size() > options_.addresses_per_attempt;
    if (too_many)
        found.candidates.resize(options_.addresses_per_attempt);
    ConnectFailure failure = std::move(found.failure);
    for (Candidate& candidate : found.candidates) {
        const std::string address = candidate.address.text();
        ConnectResult result = co_await try_one(std::move(candidate), client, id);
        if (result) {
            failed_until_.erase(address);
            co_return result;
        }
        if (!result.error().ours)
            failed_until_[address] = base::wall_seconds() + options_.avoid_failed;
        add_failure(failure, std::move(result.error()));
    }
    if (too_many && failure.permanent) // the others were not asked
        make_temporary(failure);
    co_return std::unexpected(std::move(failure));
}

void Connector::put_failed_last(std::vector<Candidate>& candidates)
{
    const std::int64_t now = base::wall_seconds();
    if (failed_until_.size() > most_remembered)
        std::erase_if(failed_until_,
                      [&](const auto& entry) { return entry.second <= now; });
    std::vector<Candidate> last;
    std::vector<Candidate> first;
    for (Candidate& candidate : candidates) {
        const auto found = failed_until_.find(candidate.address.text());
        const bool failed = found != failed_until_.end() && found->second > now;
        (failed ? last : first).push_back(std::move(candidate));
    }
    std::move(last.begin(), last.end(), std::back_inserter(first));
    candidates = std::move(first);
}

net::Task<Connector::Search> Connector::search(NextHopPtr next)
{
    std::vector<Target> targets;
    Search out = co_await targets_of(next, targets);
    if (targets.size() > most_targets)
        targets.resize(most_targets);
    const bool by_mx = next->kind == NextHop::Kind::mx;
    for (Target& target : targets)
        co_await add_addresses(std::move(target), by_mx, out);
    co_return out;
}

net::Task<Connector::Search> Connector::targets_of(NextHopPtr next,
                                                   std::vector<Target>& out)
{
    Search none;
    if (next->kind == NextHop::Kind::mx) {
        db::RouteHost policy;
        policy.port = options_.mx_port;
        (void)co_await add_mx(next->domain, policy, out, none.failure);
        co_return none;
    }
    std::vector<int> priorities;
    for (const db::RouteHost& host : next->hosts)
        priorities.push_back(host.priority);
    const auto random = [this](std::size_t below) { return random_() % below; };
    for (const std::size_t i : shuffled(priorities, random)) {
        const db::RouteHost& host = next->hosts[i];
        if (host.host.starts_with("mx:"))
            (void)co_await add_mx(host.host.substr(3), host, out, none.failure);
        else
            out.push_back({bare_host(host.host), host});
    }
    if (none.failure.permanent)
        make_temporary(none.failure);
    co_return none;
}

net::Task<bool> Connector::add_mx(std::string domain, db::RouteHost policy,
                                  std::vector<Target>& out, ConnectFailure& failure)
{
    const net::DnsAnswer<net::MxHost> answer = co_await resolver_.mx(domain);
    const auto random = [this](std::size_t below) { return random_() % below; };
    Exchangers found = exchangers(domain, answer, options_.hostname, random);
    if (found.hosts.empty()) {
        add_failure(failure, failure_of(found));
        co_return false;
    }
    for (std::string& host : found.hosts)
        out.push_back({std::move(host), policy});
    co_return true;
}

// A name without address: of an MX that is the domain's fault and in the end permanent; of
// a route it is a mistake in our tables or a gap in the DNS, and mail waits.
net::Task<void> Connector::add_addresses(Target target, bool by_mx, Search& search)
{
    const net::DnsAnswer<net::Address> answer =
        co_await resolver_.addresses(target.host, target.policy.port);
    if (answer.status != net::DnsStatus::found) {
        const bool absent = answer.status == net::DnsStatus::no_such_name ||
                            answer.status == net::DnsStatus::no_data;
        ConnectFailure failure;
        failure.permanent = absent && by_mx;
        failure.status = {absent && by_mx ? 5 : 4, 4, absent && by_mx ? 4 : 3};
        failure.why = "address of " + target.host + ": " +
                      (answer.why.empty() ? std::string("not in the DNS") : answer.why);
        add_failure(search.failure, std::move(failure));
        co_return;
    }
    for (const net::Address& address : answer.records) {
        if (is_ourselves(address)) { // a route that says so is a mistake in our tables
            ConnectFailure failure;
            failure.permanent = by_mx;
            failure.status = {by_mx ? 5 : 4, 4, 6};
            failure.why = "mail for " + target.host + " loops back to this host";
            add_failure(search.failure, std::move(failure));
            continue;
        }
        search.candidates.push_back({address, target});
    }
}

bool Connector::is_ourselves(const net::Address& address) const
{
    return std::find(options_.own_endpoints.begin(), options_.own_endpoints.end(),
                     address) != options_.own_endpoints.end();
}

} // namespace delivery
