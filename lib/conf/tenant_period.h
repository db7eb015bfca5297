// SPDX-License-Identifier: Apache-2.0
// conf/tenant_period.h - "TENANT=PERIOD" and "TENANT/KIND=PERIOD"; KIND is messages,
// refusals or logins.
#pragma once

#include "db/journal_retention.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace conf {

struct TenantPeriod {
    std::string tenant;
    std::optional<db::RetentionKind> kind; // nothing: all of them
    std::int64_t seconds = 0;
};

// Nothing: it is not of that form.
[[nodiscard]] std::optional<TenantPeriod> parse_tenant_period(std::string_view word);

} // namespace conf
