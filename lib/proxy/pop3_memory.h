// SPDX-License-Identifier: Apache-2.0
// proxy/pop3_memory.h - what POP3 hosts have said to CAPA, so that not every login asks
// again.
#pragma once

#include "base/clock.h"
#include "pop3/capabilities.h"

#include <cstddef>
#include <memory>
#include <string>
#include <unordered_map>

namespace proxy {

class Pop3Memory {
public:
    using Known = std::shared_ptr<const pop3::Capabilities>;

    // Null: nobody has asked, or it is too long ago.
    [[nodiscard]] Known of(const std::string& host) const;
    Known learn(const std::string& host, pop3::Capabilities said);
    void forget() { hosts_.clear(); }

private:
    static constexpr base::seconds believed{300};
    static constexpr std::size_t most_hosts = 10'000;

    struct Host {
        Known said;
        base::SteadyTime until;
    };
    std::unordered_map<std::string, Host> hosts_;
};

} // namespace proxy
