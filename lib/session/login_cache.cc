// SPDX-License-Identifier: Apache-2.0
// session/login_cache.cc - see the header.

#include "session/login_cache.h"

namespace session {

LoginCache::LoginCache(base::seconds keep, std::size_t most) : keep_(keep), most_(most) {}

bool LoginCache::knows(std::string_view user, std::string_view password,
                       std::string_view verifier, base::SteadyTime now) const
{
    if (until_.empty())
        return false;
    const auto found = until_.find(tags_.of({user, password, verifier}));
    return found != until_.end() && now < found->second;
}

void LoginCache::remember(std::string_view user, std::string_view password,
                          std::string_view verifier, base::SteadyTime now)
{
    if (until_.size() >= most_)
        until_.clear();
    until_[tags_.of({user, password, verifier})] = now + keep_;
}

} // namespace session
