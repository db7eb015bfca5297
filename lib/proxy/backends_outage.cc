// SPDX-License-Identifier: Apache-2.0
// proxy/backends_outage.cc - when the queue stands in for hosts, and how they come back.
#include "base/log.h"
#include "base/steady.h"
#include "proxy/backends.h"

#include <algorithm>
#include <exception>
#include <utility>

namespace proxy {

namespace {

constexpr std::int64_t watched_for =
    86400; // seconds after the last login that asked for it
constexpr base::seconds least_pause{1};

} // namespace

void Backends::set_queue(std::optional<db::RouteHost> door, OutageTimes times)
{
    times.test = outage_times_.test;
    queue_ = std::move(door);
    outage_times_ = times;
}

bool Backends::are_out(const std::vector<Candidate>& candidates)
{
    return queue_ && !candidates.empty() &&
           std::ranges::all_of(candidates, [this](const Candidate& candidate) {
               return outages_.of(candidate.key).lasts();
           });
}

// A name that has an address again is a host that greets.
bool Backends::is_nowhere(const db::RouteHost& host, bool found)
{
    if (!queue_)
        return false;
    const std::int64_t now = base::steady_seconds();
    const std::string way = "address of " + host.host;
    const auto change = outages_.change(way, host.host, host.pattern, [&](Outage& outage) {
        if (found)
            outage.succeeded(outage_times_, now);
        else
            outage.failed(outage_times_, now);
    });
    return change.after.lasts();
}

bool Backends::rests(const Candidate& candidate)
{
    const Outage outage = outages_.of(candidate.key);
    const Condition& condition = condition_of(candidate.key);
    const std::int64_t now = base::steady_seconds();
    const bool tests = !condition.watched && outage.wants_test(outage_times_, now);
    return outage.lasts() &&
           (condition.probing > 0 || !(tests || outage.wants_login(outage_times_, now)));
}

bool Backends::was_only_greeted(const Link& link)
{
    const std::int64_t now = base::steady_seconds();
    bool only_greeted = false;
    (void)outages_.change(link.key, link.address, link.host.pattern, [&](Outage& outage) {
        only_greeted = outage.lasts() && !outage.wants_login(outage_times_, now);
        if (outage.lasts() && !only_greeted)
            outage.login_begins(now);
    });
    return only_greeted;
}

net::Task<std::expected<Link, Trouble>>
Backends::open_queue(ListenerPtr listener, const Caller& caller, Greeter& greeter)
{
    Candidate door{net::Address::parse_endpoint(queue_->host).value(), *queue_, {}, false};
    door.key = way_to(door.address, door.host);
    auto link = co_await try_one(std::move(door), listener, caller, greeter);
    if (link)
        link->stands_in = true;
    co_return link;
}

void Backends::note_outage(const Link& link, Sign sign, std::string_view id)
{
    if (!queue_ || link.address == queue_->host)
        return;
    const std::int64_t now = base::steady_seconds();
    const auto change =
        outages_.change(link.key, link.address, link.host.pattern, [&](Outage& outage) {
            if (sign == Sign::failed)
                outage.failed(outage_times_, now);
            else if (sign == Sign::greeted)
                outage.greeted(now);
            else
                outage.succeeded(outage_times_, now);
        });
    const bool began = !change.before.lasts() && change.after.lasts();
    const bool ended = change.before.lasts() && !change.after.lasts();
    if (began)
        base::log(base::Level::warning, "outage-began", id,
                  {{"backend", link.address}, {"route", link.host.pattern}});
    if (ended)
        base::log(base::Level::warning, "outage-ended", id,
                  {{"backend", link.address}, {"route", link.host.pattern}});
    if (ended && tell_alive_)
        tell_alive_(link.host.host, link.ip);
}

// A login has come that was shown the queue.
void Backends::watch_all(const std::vector<Candidate>& candidates,
                         const ListenerPtr& listener)
{
    if (!make_greeter_)
        return;
    for (const Candidate& candidate : candidates) {
        Condition& condition = condition_of(candidate.key);
        condition.wanted = base::steady_seconds();
        if (!std::exchange(condition.watched, true))
            loop_.spawn("-", watch(candidate, listener));
    }
}

bool Backends::is_to_be_watched(const std::string& way)
{
    return queue_ && !loop_.stopping() && outages_.of(way).lasts() &&
           base::steady_seconds() - condition_of(way).wanted < watched_for;
}

// One of several processes does it, whoever finds that it is time.
net::Task<void> Backends::watch(Candidate candidate, ListenerPtr listener)
{
    while (is_to_be_watched(candidate.key)) {
        co_await net::sleep_for(loop_, least_pause);
        const Outage outage = outages_.of(candidate.key);
        if (is_to_be_watched(candidate.key) && condition_of(candidate.key).probing == 0 &&
            outage.wants_test(outage_times_, base::steady_seconds()))
            co_await greet_once(candidate, listener);
    }
    condition_of(candidate.key).watched = false;
}

// Whatever happens here is no reason to leave the host alone.
net::Task<void> Backends::greet_once(Candidate candidate, ListenerPtr listener)
{
    try {
        const std::unique_ptr<Greeter> greeter = make_greeter_(listener);
        const Caller nobody{.id = "-", .client = {}, .local = {}};
        const auto link = co_await try_one(candidate, listener, nobody, *greeter);
        const std::string goodbye = greeter->goodbye();
        if (link)
            co_await link->leg->write(goodbye);
    } catch (const std::exception&) { // it has told us what we wanted to know
    }
}

} // namespace proxy
