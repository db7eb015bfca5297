// SPDX-License-Identifier: Apache-2.0
#include "conf/tenant_period.h"

#include "base/clock.h"

#include <algorithm>

namespace conf {

namespace {

constexpr std::string_view kinds[] = {"messages", "refusals", "logins"};

} // namespace

std::optional<TenantPeriod> parse_tenant_period(std::string_view word)
{
    const std::size_t equals = word.rfind('=');
    if (equals == word.npos || equals == 0)
        return std::nullopt;
    std::string_view name = word.substr(0, equals);
    TenantPeriod period{{}, {}, base::parse_duration(word.substr(equals + 1))};
    const std::size_t slash = name.rfind('/');
    const std::string_view kind = slash == name.npos ? "" : name.substr(slash + 1);
    if (std::ranges::find(kinds, kind) != std::end(kinds)) {
        period.kind = kind;
        name = name.substr(0, slash);
    }
    period.tenant = name;
    if (period.tenant.empty() || period.seconds <= 0)
        return std::nullopt;
    return period;
}

} // namespace conf
