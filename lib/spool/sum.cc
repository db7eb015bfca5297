// SPDX-License-Identifier: Apache-2.0
#include "spool/sum.h"

#include <new>
#include <xxhash.h>

namespace spool {

std::uint64_t sum_of(std::string_view bytes)
{
    return XXH3_64bits(bytes.data(), bytes.size());
}

Sum::Sum() : state_(XXH3_createState())
{
    if (!state_)
        throw std::bad_alloc();
    XXH3_64bits_reset(state_.get());
}

void Sum::add(std::string_view bytes)
{
    XXH3_64bits_update(state_.get(), bytes.data(), bytes.size());
}

std::uint64_t Sum::value() const
{
    return XXH3_64bits_digest(state_.get());
}

void Sum::Free::operator()(XXH3_state_s* state) const
{
    XXH3_freeState(state);
}

} // namespace spool
