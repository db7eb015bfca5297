// SPDX-License-Identifier: Apache-2.0
#include "handover/lane.h"

#include "base/failure.h"
#include "handover/file_parcels.h"
#include "handover/gaps.h"
#include "handover/parcels.h"
#include "li/words.h"

#include <algorithm>
#include <exception>
#include <utility>

namespace handover {

namespace {

constexpr base::seconds tending{1};

// Everything that makes it another destination; stays in memory.
std::string key_of(const li::Measure& measure, const li::Destination& where,
                   const std::string& trusted)
{
    if (is_on_disc(where))
        return "disc " + li::hex(measure.handle);
    std::string key = std::to_string(static_cast<int>(where.method));
    const auto add = [&key](std::string_view text) {
        key += '\0';
        key += text;
    };
    const auto add_peer = [&](const li::Peer& peer) {
        add(peer.host);
        add(std::to_string(peer.port));
    };
    add_peer(where.peer);
    std::ranges::for_each(where.standby, add_peer);
    add(where.user);
    add(where.password);
    add(where.directory);
    add(where.passive ? "p" : "a");
    add(where.peer_key);
    add(trusted);
    return key;
}

} // namespace

void Offers::put(const Owed& owed, std::unique_ptr<Offer> offer)
{
    const std::lock_guard lock(mutex_);
    offers_.insert_or_assign(owed, std::move(offer));
}

std::unique_ptr<Offers::Offer> Offers::take(const Owed& owed)
{
    const std::lock_guard lock(mutex_);
    auto taken = offers_.extract(owed);
    return taken ? std::move(taken.mapped()) : nullptr;
}

Lane::Lane(Desk& desk, Offers& offers, std::unique_ptr<Courier> courier)
    : desk_(desk), offers_(offers), courier_(std::move(courier)), files_(desk)
{
}

void Lane::wake(std::set<Owed> owed)
{
    const std::lock_guard lock(mutex_);
    owed_.merge(owed);
}

bool Lane::may_go() const
{
    return !owed_.empty() && base::Steady::now() >= rest_.until;
}

bool Lane::is_due()
{
    const std::lock_guard lock(mutex_);
    return may_go() || base::Steady::now() - tended_ >= tending;
}

bool Lane::resting()
{
    const std::lock_guard lock(mutex_);
    return !may_go();
}

std::set<Lane::Owed> Lane::begin_turn()
{
    const std::lock_guard lock(mutex_);
    tended_ = base::Steady::now();
    turn_ends_ = tended_ + longest_turn;
    if (!may_go())
        return {};
    return std::exchange(owed_, {});
}

bool Lane::turn_is_over() const
{
    return base::Steady::now() >= turn_ends_;
}

// Turn by turn, so that one with much to carry does not come first each time.
Lane::Owed Lane::take_next(std::set<Owed>& all)
{
    auto next = served_last_ ? all.upper_bound(*served_last_) : all.begin();
    if (next == all.end())
        next = all.begin();
    served_last_ = *next;
    return all.extract(next).value();
}

bool Lane::turn(const std::stop_token& stop)
{
    std::set<Owed> all = begin_turn();
    if (all.empty())
        courier_->tend();
    while (!all.empty() && !turn_is_over())
        if (!serve(take_next(all), stop))
            return false; // the others wait for the same destination
    const std::lock_guard lock(mutex_);
    owed_.merge(all);
    return may_go();
}

void Lane::Rest::longer()
{
    until = base::Steady::now() + next;
    next = std::min(next * 2, longest_pause);
}

// False: not now, nor anything else that goes there.
bool Lane::serve(const Owed& owed, const std::stop_token& stop)
{
    const auto troubled = troubled_.find(owed);
    if (troubled != troubled_.end() && base::Steady::now() < troubled->second.until)
        return true;
    Progress progress = Progress::failed;
    try {
        progress = carry(owed, stop);
        troubled_.erase(owed);
    } catch (const std::exception& error) {
        desk_.say(std::string("hand-over: ") + error.what());
        troubled_[owed].longer();
        return true;
    }
    const std::lock_guard lock(mutex_);
    if (progress == Progress::failed) {
        rest_.longer();
        return false;
    }
    rest_ = {};
    if (progress == Progress::some)
        owed_.insert(owed);
    return true;
}

Lane::Progress Lane::carry(const Owed& owed, const std::stop_token& stop)
{
    const Desk::Carried carried(desk_, owed.measure);
    if (auto offer = offers_.take(owed); offer && is_owed(desk_, offer->loaded))
        settle_offer(owed, std::move(offer));
    while (!stop.stop_requested()) {
        const std::int64_t now = base::wall_microseconds();
        if (owed.stream == db::Stream::cc)
            destroy_overdue(desk_, owed.measure, now);
        auto loaded = next_parcel(desk_, files_, owed.measure, owed.stream, now);
        if (!loaded)
            return Progress::all;
        auto offer = std::make_unique<Offers::Offer>(*std::move(loaded));
        const Parcel parcel{static_cast<std::uint64_t>(offer->loaded.row.id),
                            offer->loaded.contents, offer->loaded.row.name,
                            offer->loaded.octets};
        offer->outcome = courier_->deliver(parcel, {}, stop);
        const bool done = offer->outcome.is_done();
        settle_offer(owed, std::move(offer));
        if (!done)
            return Progress::failed;
        if (turn_is_over())
            return Progress::some;
    }
    return Progress::failed;
}

void Lane::settle_offer(const Owed& owed, std::unique_ptr<Offers::Offer> offer)
{
    try {
        settle(desk_, offer->loaded, offer->outcome, base::wall_microseconds());
    } catch (...) {
        offers_.put(owed, std::move(offer));
        throw;
    }
    if (offer->outcome.is_done())
        files_.empty(offer->loaded.items);
}

void Lanes::tick()
{
    for (const auto& [key, lane] : lanes_) // also when what is owed cannot be read
        if (lane->is_due())
            crew_.call(*lane);
    wake();
}

void Lanes::wake()
{
    std::set<db::HandoverWork::Owed> all;
    {
        db::HandoverWork work(desk_.store);
        all = work.owed();
    }
    std::map<std::string, std::set<db::HandoverWork::Owed>> by_lane;
    std::exception_ptr trouble; // of one: it holds up no other
    for (const auto& owed : all) {
        const auto measure = desk_.find(owed.measure);
        if (!measure)
            continue;
        const li::Destination& where = destination_of(*measure, owed.stream);
        const std::string key = key_of(*measure, where, desk_.trust_of(measure->authority));
        try {
            open(key, *measure, where);
            by_lane[key].insert(owed);
        } catch (const base::Failure&) {
            trouble = std::current_exception();
        }
    }
    for (auto& [key, owed] : by_lane) {
        Lane& lane = *lanes_.at(key);
        lane.wake(std::move(owed));
        if (lane.is_due())
            crew_.call(lane);
    }
    if (trouble)
        std::rethrow_exception(trouble);
}

void Lanes::open(const std::string& key, const li::Measure& measure,
                 const li::Destination& where)
{
    if (!lanes_.contains(key))
        lanes_[key] =
            std::make_unique<Lane>(desk_, offers_, make_courier(desk_, measure, where));
}

bool Lanes::resting()
{
    return std::ranges::all_of(lanes_, [this](const auto& lane) {
        return !crew_.has(*lane.second) && lane.second->resting();
    });
}

void Lanes::stop()
{
    crew_.stop();
    lanes_.clear();
}

} // namespace handover
