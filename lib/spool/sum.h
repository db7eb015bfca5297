// SPDX-License-Identifier: Apache-2.0
// spool/sum.h - the checksum of the log: XXH3, 64 bits.  It finds what disks and cables do;
// it is no defence against people.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

struct XXH3_state_s;

namespace spool {

[[nodiscard]] std::uint64_t sum_of(std::string_view bytes);

// The same over bytes that come in parts.
class Sum {
public:
    Sum();
    void add(std::string_view bytes);
    [[nodiscard]] std::uint64_t value() const;

private:
    struct Free {
        void operator()(XXH3_state_s* state) const;
    };
    std::unique_ptr<XXH3_state_s, Free> state_;
};

} // namespace spool
