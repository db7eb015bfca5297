// SPDX-License-Identifier: Apache-2.0
// tkuev-audit/quarter.cc - see the header.
#include "quarter.h"

#include "base/clock.h"
#include "base/random.h"
#include "seal/digest.h"
#include "text/base64.h"

#include <array>

namespace tkuev_audit {

namespace {

constexpr std::size_t seed_bytes = 8;

// "2026-Q1" -> "2025-Q4"
std::string quarter_before(const std::string& quarter)
{
    if (quarter.back() != '1')
        return quarter.substr(0, 6) + static_cast<char>(quarter.back() - 1);
    return std::to_string(std::stoi(quarter.substr(0, 4)) - 1) + "-Q4";
}

std::string new_seed()
{
    return text::hex(base::random_octets(seed_bytes));
}

} // namespace

audit::Sample draw(const audit::Chain& log, const Call& call)
{
    const std::string quarter =
        call.quarter.empty() ? quarter_before(audit::quarter_of(base::wall_seconds()))
                             : call.quarter;
    return audit::draw_sample(log, quarter, call.seed.empty() ? new_seed() : call.seed);
}

} // namespace tkuev_audit
