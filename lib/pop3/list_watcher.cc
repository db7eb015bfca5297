// SPDX-License-Identifier: Apache-2.0
#include "pop3/list_watcher.h"

#include "text/lines.h"

#include <algorithm>
#include <functional>
#include <new>
#include <span>
#include <utility>

namespace pop3 {

namespace {

constexpr std::size_t step = 4096; // octets that are taken at once, and half as many again

} // namespace

ListWatcher::Items::const_iterator ListWatcher::find(const Items& items,
                                                     std::uint32_t message)
{
    const auto found = std::ranges::lower_bound(items, message, {}, &Item::message);
    return found != items.end() && found->message == message ? found : items.end();
}

std::string_view ListWatcher::id_of(const Items& items, const Item& item)
{
    return std::string_view(items.ids).substr(item.begin, item.length);
}

void ListWatcher::append(Items& items, Item item, std::string_view id)
{
    item.begin = static_cast<std::uint32_t>(items.ids.size());
    item.length = static_cast<std::uint8_t>(id.size());
    items.ids.append(id);
    items.push_back(item);
}

void ListWatcher::identified(std::uint32_t message, std::string_view unique_id)
{
    unique_id = text::trim(unique_id);
    if (message == 0 || !is_unique_id(unique_id) || !has_room())
        return;
    try {
        if (!listing_)
            put(message, unique_id);
        else if (fresh_.empty() || fresh_.back().message < message)
            append(fresh_, {.message = message}, unique_id);
        keep_newest(listing_ ? fresh_ : items_);
    } catch (const std::bad_alloc&) {
        give_up();
    }
}

// The short form: in its place.
void ListWatcher::put(std::uint32_t message, std::string_view id)
{
    const auto place = std::ranges::lower_bound(items_, message, {}, &Item::message);
    if (place != items_.end() && place->message == message) {
        if (id_of(items_, *place) == id)
            return;
        const bool marked = place->marked;
        const auto at = place - items_.begin();
        append(items_, {.message = message, .marked = marked}, id);
        items_[static_cast<std::size_t>(at)] = items_.back();
        items_.pop_back();
        return;
    }
    const auto at = place - items_.begin();
    append(items_, {.message = message}, id);
    std::rotate(items_.begin() + at, items_.end() - 1, items_.end());
}

// Half of them go when there are twice as many as are wanted, or their ids have been said
// again and again.
void ListWatcher::keep_newest(Items& items) const
{
    const std::size_t most_ids = 2 * most_ * (longest_unique_id + 1);
    if (items.size() < 2 * most_ && items.ids.size() < most_ids)
        return;
    Items newest;
    const std::size_t count = std::min(items.size(), most_);
    for (const Item& item : std::span(items).last(count))
        append(newest, item, id_of(items, item));
    items = std::move(newest);
}

void ListWatcher::listing_began()
{
    listing_ = true;
    fresh_ = {};
}

void ListWatcher::listing_ended(bool whole)
{
    listing_ = false;
    if (!whole || given_up_)
        return;
    try {
        keep_marked();
        items_ = std::exchange(fresh_, {});
        whole_ = true;
    } catch (const std::bad_alloc&) {
        give_up();
    }
}

// What is marked is not listed, and there again after RSET.
void ListWatcher::keep_marked()
{
    if (std::ranges::none_of(items_, &Item::marked))
        return;
    Items both;
    auto listed = fresh_.begin();
    for (const Item& item : items_) {
        for (; listed != fresh_.end() && listed->message < item.message; ++listed)
            append(both, *listed, id_of(fresh_, *listed));
        const bool again = listed != fresh_.end() && listed->message == item.message;
        if (item.marked && !again)
            append(both, item, id_of(items_, item));
    }
    for (; listed != fresh_.end(); ++listed)
        append(both, *listed, id_of(fresh_, *listed));
    fresh_ = std::move(both);
}

void ListWatcher::sized(std::uint32_t message, std::uint64_t octets)
{
    if (message == 0 || !has_room())
        return;
    try {
        const bool is_next = sizes_.empty() || sizes_.back().message < message;
        const auto place =
            is_next ? sizes_.end()
                    : std::ranges::lower_bound(sizes_, message, {}, &Size::message);
        if (!is_next && place->message == message)
            place->octets = octets;
        else
            sizes_.insert(place, {message, octets});
        if (sizes_.size() >= 2 * most_)
            sizes_.erase(sizes_.begin(), sizes_.end() - static_cast<std::ptrdiff_t>(most_));
    } catch (const std::bad_alloc&) {
        give_up();
    }
}

void ListWatcher::marked(std::uint32_t message)
{
    const auto found = find(items_, message);
    if (found != items_.end())
        items_[static_cast<std::size_t>(found - items_.cbegin())].marked = true;
}

void ListWatcher::unmarked()
{
    for (Item& item : items_)
        item.marked = false;
}

std::uint64_t ListWatcher::octets_of(std::uint32_t message) const
{
    const auto found = std::ranges::lower_bound(sizes_, message, {}, &Size::message);
    return found != sizes_.end() && found->message == message ? found->octets : 0;
}

Sighting ListWatcher::sighting() const
{
    Sighting seen{.whole = whole_, .there = {}, .gone = {}};
    for (const Item& item : items_) {
        std::string id(id_of(items_, item));
        if (is_gone(item))
            seen.gone.push_back(std::move(id));
        else
            seen.there.push_back({std::move(id), octets_of(item.message)});
    }
    return seen;
}

std::uint64_t ListWatcher::digest() const
{
    std::string ids;
    ids.reserve(items_.ids.size() + items_.size());
    for (const Item& item : items_)
        if (!is_gone(item))
            ids.append(id_of(items_, item)).append(1, '\n');
    return std::hash<std::string_view>()(ids);
}

bool ListWatcher::has_room()
{
    if (given_up_)
        return false;
    const std::size_t used = sizeof(Item) * (items_.capacity() + fresh_.capacity()) +
                             items_.ids.capacity() + fresh_.ids.capacity() +
                             sizeof(Size) * sizes_.capacity();
    if (used < taken_)
        return true;
    const std::size_t most = memory_.most_for_one();
    const std::size_t more = std::min(step + used / 2 + (used - taken_), most - taken_);
    if (used >= most || !memory_.take(more)) {
        give_up();
        return false;
    }
    taken_ += more;
    return true;
}

void ListWatcher::give_up()
{
    given_up_ = true;
    whole_ = false;
    items_ = {};
    fresh_ = {};
    sizes_ = {};
    memory_.give(std::exchange(taken_, 0));
}

} // namespace pop3
