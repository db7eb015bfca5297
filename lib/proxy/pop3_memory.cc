// SPDX-License-Identifier: Apache-2.0
#include "proxy/pop3_memory.h"

#include <utility>

namespace proxy {

Pop3Memory::Known Pop3Memory::of(const std::string& host) const
{
    const auto found = hosts_.find(host);
    if (found == hosts_.end() || base::Steady::now() >= found->second.until)
        return nullptr;
    return found->second.said;
}

Pop3Memory::Known Pop3Memory::learn(const std::string& host, pop3::Capabilities said)
{
    if (hosts_.size() >= most_hosts)
        hosts_.clear();
    Known known = std::make_shared<const pop3::Capabilities>(std::move(said));
    hosts_[host] = {known, base::Steady::now() + believed};
    return known;
}

} // namespace proxy
