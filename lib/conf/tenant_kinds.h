// SPDX-License-Identifier: Apache-2.0
// conf/tenant_kinds.h - kinds of values that name tenants (conf/table.h).
#pragma once

#include "conf/kinds.h"
#include "conf/tenant_period.h"

#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace conf {

// Names of tenants, or "*".
struct Tenants {
    static Parsed<std::vector<std::string>> parse(std::string_view text)
    {
        const auto words = split_words(text);
        return std::vector<std::string>(words.begin(), words.end());
    }
    static std::string show(const std::vector<std::string>& value) { return joined(value); }
};

// TENANT=PERIOD or TENANT/KIND=PERIOD.
struct TenantPeriods : Tenants {
    static Parsed<std::vector<std::string>> parse(std::string_view text)
    {
        for (const std::string_view word : split_words(text))
            if (!parse_tenant_period(word))
                return std::unexpected("has \"" + std::string(word) +
                                       "\", which is not TENANT=PERIOD or"
                                       " TENANT/messages=PERIOD (or refusals, logins)");
        return Tenants::parse(text);
    }
};

// TENANT=PERIOD, each tenant once.
struct RingPeriods : Tenants {
    static Parsed<std::vector<std::string>> parse(std::string_view text)
    {
        std::set<std::string> known;
        for (const std::string_view word : split_words(text)) {
            const auto period = parse_tenant_period(word);
            if (!period || period->kind)
                return std::unexpected("has \"" + std::string(word) +
                                       "\", which is not TENANT=PERIOD");
            if (!known.insert(period->tenant).second)
                return std::unexpected("has " + period->tenant + " twice");
        }
        return Tenants::parse(text);
    }
};

} // namespace conf
