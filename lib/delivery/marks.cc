// SPDX-License-Identifier: Apache-2.0
// delivery/marks.cc - see marks.h.
#include "delivery/marks.h"

#include <algorithm>

namespace delivery {

namespace {

constexpr std::string_view released = "(released) ";
constexpr std::string_view held_back = "(held) ";

bool take(std::string_view& reason, std::string_view mark)
{
    if (!reason.starts_with(mark))
        return false;
    reason.remove_prefix(mark.size());
    return true;
}

bool goes_on(const spool::Queue& queue, const spool::Entry& entry, std::uint32_t i)
{
    return entry.waits(i) &&
           (entry.reason(i) == 0 || !is_held_back(queue.text(entry.reason(i))));
}

} // namespace

bool is_released(std::string_view reason)
{
    return reason.starts_with(released);
}

bool is_held_back(std::string_view reason)
{
    (void)take(reason, released);
    return reason.starts_with(held_back);
}

std::string marked_released(std::string reason)
{
    if (!reason.starts_with(released))
        reason.insert(0, released);
    return reason;
}

std::string marked_held_back(std::string reason)
{
    const std::size_t place = reason.starts_with(released) ? released.size() : 0;
    if (!is_held_back(reason))
        reason.insert(place, held_back);
    return reason;
}

std::string without_held_back(std::string reason)
{
    const std::size_t place = reason.starts_with(released) ? released.size() : 0;
    if (is_held_back(reason))
        reason.erase(place, held_back.size());
    return reason;
}

std::string_view without_marks(std::string_view reason)
{
    (void)take(reason, released);
    (void)take(reason, held_back);
    return reason;
}

std::vector<std::uint32_t> waiting(const spool::Entry& entry)
{
    std::vector<std::uint32_t> out;
    for (std::uint32_t i = 0; i < entry.recipients(); ++i)
        if (entry.waits(i))
            out.push_back(i);
    return out;
}

std::vector<std::uint32_t> lost(const spool::Entry& entry)
{
    std::vector<std::uint32_t> out;
    for (std::uint32_t i = 0; i < entry.recipients(); ++i)
        switch (entry.state(i)) {
        case spool::RecipientState::waiting:
        case spool::RecipientState::delivered:
        case spool::RecipientState::forwarded:
            break;
        case spool::RecipientState::failed:
        case spool::RecipientState::expired:
        case spool::RecipientState::deleted:
            out.push_back(i);
        }
    return out;
}

std::vector<std::uint32_t> going_on(const spool::Queue& queue, const spool::Entry& entry)
{
    std::vector<std::uint32_t> out;
    for (std::uint32_t i = 0; i < entry.recipients(); ++i)
        if (goes_on(queue, entry, i))
            out.push_back(i);
    return out;
}

// Asked for each attempt: the first recipient mostly is the answer.
bool tries_all(const spool::Queue& queue, const spool::Entry& entry)
{
    if (entry.requeued() || entry.expire_requested())
        return true;
    for (std::uint32_t i = 0; i < entry.recipients(); ++i)
        if (goes_on(queue, entry, i))
            return false;
    return true;
}

std::vector<std::uint32_t> to_try(const spool::Queue& queue, const spool::Entry& entry)
{
    return tries_all(queue, entry) ? waiting(entry) : going_on(queue, entry);
}

void leave_out(std::vector<std::uint32_t>& all, const std::vector<std::uint32_t>& those)
{
    std::erase_if(all, [&](std::uint32_t i) {
        return std::find(those.begin(), those.end(), i) != those.end();
    });
}

bool partly_held_back(const spool::Queue& queue, const spool::Entry& entry)
{
    const std::size_t going = going_on(queue, entry).size();
    return going > 0 && going < waiting(entry).size();
}

} // namespace delivery
