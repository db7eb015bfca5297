// SPDX-License-Identifier: Apache-2.0
// delivery/timetable.h - which message is due when: a heap of 16 bytes a message.
//
// A message may stand in it more than once, and also after it is gone: whoever takes one
// out looks at the queue whether it is still so.
#pragma once

#include "spool/id.h"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

namespace delivery {

enum class Due : std::uint8_t {
    attempt,   // try to deliver it
    milestone, // it waits for its destination; a delay notice or its end is due
    rerouting, // it waited for its destination; the tables have changed
};

class Timetable {
public:
    struct Item {
        spool::MessageId id;
        Due due;
    };

    void add(std::int64_t when, spool::MessageId id, Due due)
    {
        heap_.push_back({when * kinds + static_cast<std::int64_t>(due), id});
        std::push_heap(heap_.begin(), heap_.end(), std::greater<>{});
    }

    // The earliest one that is due.
    [[nodiscard]] std::optional<Item> take(std::int64_t now)
    {
        if (heap_.empty() || heap_.front().when >= (now + 1) * kinds)
            return std::nullopt;
        std::pop_heap(heap_.begin(), heap_.end(), std::greater<>{});
        const Place place = heap_.back();
        heap_.pop_back();
        return Item{place.id, static_cast<Due>(place.when % kinds)};
    }

    [[nodiscard]] std::size_t size() const { return heap_.size(); }

private:
    static constexpr std::int64_t kinds = 4;
    struct Place {
        std::int64_t when; // seconds times `kinds`, and the kind
        spool::MessageId id;
        auto operator<=>(const Place&) const = default;
    };
    std::vector<Place> heap_;
};

} // namespace delivery
