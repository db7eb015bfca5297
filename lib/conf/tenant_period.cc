// SPDX-License-Identifier: Apache-2.0
#include "conf/tenant_period.h"

#include "base/clock.h"

#include <algorithm>

namespace conf {

namespace {

struct Kind {
    std::string_view word;
    db::RetentionKind kind;
};
constexpr Kind kinds[] = {
    {"messages", db::RetentionKind::messages},
    {"refusals", db::RetentionKind::refusals},
    {"logins", db::RetentionKind::logins},
};

} // namespace

std::optional<TenantPeriod> parse_tenant_period(std::string_view word)
{
    const std::size_t equals = word.rfind('=');
    if (equals == word.npos || equals == 0)
        return std::nullopt;
    std::string_view name = word.substr(0, equals);
    TenantPeriod period{{}, {}, base::parse_duration(word.substr(equals + 1))};
    const std::size_t slash = name.rfind('/');
    const std::string_view ending = slash == name.npos ? "" : name.substr(slash + 1);
    const auto kind = std::ranges::find(kinds, ending, &Kind::word);
    if (kind != std::end(kinds)) {
        period.kind = kind->kind;
        name = name.substr(0, slash);
    }
    period.tenant = name;
    if (period.tenant.empty() || period.seconds <= 0)
        return std::nullopt;
    return period;
}

} // namespace conf
