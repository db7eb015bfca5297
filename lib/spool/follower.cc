// SPDX-License-Identifier: Apache-2.0
#include "spool/followed.h"
#include "spool/log_listing.h"
#include "spool/segments.h"

#include <algorithm>
#include <map>
#include <utility>

namespace spool {

struct Follower::State {
    explicit State(std::string d) : directory(std::move(d)), listing(directory) {}

    void look_for_segments();
    std::size_t round(std::size_t most, std::size_t each, const OnFound& found,
                      const OnDamaged& damaged);

    std::string directory;
    LogListing listing;
    std::map<SegmentNumber, Followed> segments;
    std::vector<SegmentNumber> active; // not finished; the next to be read in front
    Window window;
};

// What is gone is forgotten, what is new is followed from its start.  Forgotten in error,
// a segment's finished mail would be new again: the listing alone is not believed.
void Follower::State::look_for_segments()
{
    const auto numbers = listing.changed();
    if (!numbers)
        return;
    std::erase_if(segments, [&](const auto& entry) {
        return !std::binary_search(numbers->begin(), numbers->end(), entry.first) &&
               segment_gone(directory, entry.first);
    });
    for (const SegmentNumber number : *numbers)
        if (segments.try_emplace(number, Position{number, 0, false}).second)
            active.push_back(number);
}

// Every active segment once, `each` records at most; segments take turns in being first.
std::size_t Follower::State::round(std::size_t most, std::size_t each, const OnFound& found,
                                   const OnDamaged& damaged)
{
    std::size_t count = 0;
    const std::vector<SegmentNumber> turn = active;
    for (const SegmentNumber number : turn) {
        if (count >= most)
            break;
        std::rotate(active.begin(), active.begin() + 1, active.end());
        const auto entry = segments.find(number);
        if (entry != segments.end())
            count += entry->second.read(directory, window, std::min(each, most - count),
                                        found, damaged);
    }
    std::erase_if(active, [this](SegmentNumber number) {
        const auto entry = segments.find(number);
        return entry == segments.end() || entry->second.position().finished;
    });
    return count;
}

Follower::Follower(std::string directory, const std::vector<Position>& positions)
    : state_(std::make_unique<State>(std::move(directory)))
{
    for (const Position& position : positions) {
        state_->segments.emplace(position.segment, Followed(position));
        if (!position.finished)
            state_->active.push_back(position.segment);
    }
}

Follower::~Follower() = default;

std::size_t Follower::poll(std::size_t most, const OnFound& found, const OnDamaged& damaged)
{
    state_->look_for_segments();
    std::size_t count = 0;
    while (count < most && !state_->active.empty()) {
        const std::size_t left = most - count;
        const std::size_t each = left / state_->active.size() + 1;
        const std::size_t read = state_->round(left, each, found, damaged);
        if (read == 0)
            break;
        count += read;
    }
    return count;
}

std::vector<Follower::Position> Follower::positions() const
{
    std::vector<Position> positions;
    positions.reserve(state_->segments.size());
    for (const auto& [number, followed] : state_->segments)
        positions.push_back(followed.position());
    return positions;
}

void Follower::forget(SegmentNumber segment)
{
    state_->segments.erase(segment);
    std::erase(state_->active, segment);
}

} // namespace spool
