// SPDX-License-Identifier: Apache-2.0
#include "pop3/list_memory.h"

namespace pop3 {

namespace {

constexpr base::seconds between_tellings{3600};

} // namespace

bool ListMemory::take(std::size_t octets)
{
    std::size_t left = left_;
    while (left >= octets)
        if (left_.compare_exchange_weak(left, left - octets))
            return true;
    refused_ = true;
    return false;
}

bool ListMemory::is_to_be_told()
{
    const base::SteadyTime now = base::Steady::now();
    if (!refused_.exchange(false) || (told_ && now - *told_ < between_tellings))
        return false;
    told_ = now;
    return true;
}

std::optional<ListShare> ListShare::take(std::shared_ptr<ListMemory> memory,
                                         std::size_t octets)
{
    if (!memory->take(octets))
        return std::nullopt;
    ListShare share;
    share.memory_ = std::move(memory);
    share.octets_ = octets;
    return share;
}

} // namespace pop3
