// SPDX-License-Identifier: Apache-2.0
// proxy/server.cc - see the header.
#include "proxy/server.h"

#include "proxy/session.h"

#include <algorithm>
#include <utility>

namespace proxy {

namespace {

constexpr base::seconds facts_last{300};
constexpr base::seconds next_attempt{5};   // when the backend did not answer
constexpr base::seconds facts_patience{2}; // of clients that wait for a greeting
// Of a stranger, while most places are taken, and when all are.
constexpr base::seconds least_stay{5};
constexpr base::seconds least_stay_full{1};

} // namespace

UserPlaces::Place::Place(UserPlaces& places, std::string user, std::uint32_t limit)
{
    std::uint32_t& open = places.open_[user];
    if (limit != 0 && open >= limit)
        return;
    ++open;
    places_ = &places;
    user_ = std::move(user);
}

UserPlaces::Place::Place(Place&& other) noexcept
    : places_(std::exchange(other.places_, nullptr)), user_(std::move(other.user_))
{
}

UserPlaces::Place& UserPlaces::Place::operator=(Place&& other) noexcept
{
    std::swap(places_, other.places_);
    std::swap(user_, other.user_);
    return *this;
}

UserPlaces::Place::~Place()
{
    if (places_ == nullptr)
        return;
    const auto found = places_->open_.find(user_);
    if (--found->second == 0)
        places_->open_.erase(found);
}

void Server::serve(base::Fd fd, const net::Address& peer, ListenerPtr listener)
{
    const session::Door door{.listener = listener->name,
                             .tls_at_once = listener->tls_at_once,
                             .front_end = listener->trust_proxy.contains(peer) ||
                                          listener->trust_xclient.contains(peer)};
    receive(std::move(fd), peer, door, [&](session::Arrival arrival) {
        return make_session(listener, std::move(arrival));
    });
}

void Server::make_room(bool all)
{
    const base::SteadyTime latest =
        base::Steady::now() - (all ? least_stay_full : least_stay);
    for (Session* const stranger : strangers_) {
        if (stranger->arrived() > latest)
            return; // and all behind it came later
        if (stranger->hurry())
            return;
    }
}

void Server::learn(const std::string& listener, std::string facts)
{
    Facts& known = facts_[listener];
    known.due = base::Steady::now() + facts_last;
    known.outdated = false;
    if (known.text != facts)
        known.text = std::move(facts);
    wake(known);
}

void Server::forget_facts()
{
    ++reloads_;
    for (auto& [listener, known] : facts_) {
        known.due = {};
        known.outdated = true;
    }
}

// Whoever comes first asks; those who come meanwhile wait for the same answer.
net::Task<std::optional<std::string>> Server::facts_of(ListenerPtr listener)
{
    if (!listener->backend)
        co_return std::nullopt;
    Facts& known = facts_[listener->name];
    if (!known.asking && base::Steady::now() >= known.due) {
        known.asking = true;
        known.asked = base::Steady::now();
        loop().spawn("-", renew(listener));
        loop().spawn("-", end_patience(listener));
    }
    const base::SteadyTime until = known.asked + facts_patience;
    for (;;) {
        const bool fresh = known.text && !known.outdated;
        if (fresh || !known.asking || base::Steady::now() >= until)
            co_return known.text;
        net::Event news(loop());
        known.waiting.push_back(&news);
        co_await news.wait();
    }
}

net::Task<void> Server::end_patience(ListenerPtr listener)
{
    co_await net::sleep_for(loop(), facts_patience);
    wake(facts_[listener->name]);
}

// Each looks for itself whether that is what it has waited for.
void Server::wake(Facts& facts)
{
    for (net::Event* const one : std::exchange(facts.waiting, {}))
        one->set();
}

// What was asked before a reload is what those who wait have come for; for the next ones
// it is asked again.
net::Task<void> Server::renew(ListenerPtr listener)
{
    const std::uint64_t reloads = reloads_;
    std::optional<std::string> text = co_await ask(listener);
    Facts& known = facts_[listener->name];
    known.asking = false;
    if (text) {
        learn(listener->name, *std::move(text));
    } else {
        known.due = base::Steady::now() + next_attempt;
        wake(known);
    }
    if (reloads != reloads_) {
        known.due = {};
        known.outdated = true;
    }
}

} // namespace proxy
