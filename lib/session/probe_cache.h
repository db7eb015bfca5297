// SPDX-License-Identifier: Apache-2.0
// session/probe_cache.h - which recipients the backends know, as far as they were asked.
//
// No I/O and no clock of its own.  Bounded: when it is full, everything is forgotten, which
// costs the backends a question each.
#pragma once

#include "base/clock.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>

namespace session {

struct ProbeAnswer {
    enum class Kind : std::uint8_t { known, unknown, no_answer };
    Kind kind = Kind::no_answer;
    std::string reason; // what the backend said, or why it did not
};

class ProbeCache {
public:
    ProbeCache(base::seconds keep_known, base::seconds keep_unknown, std::size_t most);

    [[nodiscard]] std::optional<ProbeAnswer> find(const std::string& address,
                                                  base::SteadyTime now) const;
    // An answer that is none is not remembered.
    void remember(const std::string& address, const ProbeAnswer& answer,
                  base::SteadyTime now);
    [[nodiscard]] std::size_t size() const { return answers_.size(); }

private:
    struct Row {
        ProbeAnswer answer;
        base::SteadyTime until;
    };
    base::seconds keep_known_;
    base::seconds keep_unknown_;
    std::size_t most_;
    std::unordered_map<std::string, Row> answers_;
};

} // namespace session
