// SPDX-License-Identifier: Apache-2.0
// db/journal_tenants.h - whose a row of the journal is: none, one or several tenants, as
// one label.  Their names stand in order with a tab between them, which no name has.  Pure.
#pragma once

#include <algorithm>
#include <set>
#include <string>
#include <string_view>

namespace db {

using Tenants = std::set<std::string, std::less<>>;

inline constexpr char between_tenants = '\t';

// The numbers of all labels that name tenant ?1, be it among others.
inline constexpr std::string_view labels_of_tenant =
    "SELECT id FROM labels"
    " WHERE instr(char(9) || text || char(9), char(9) || ?1 || char(9)) > 0";

[[nodiscard]] std::string label_of(const Tenants& tenants);

// Each of a label; none of an empty one.
template <class Use>
void for_each_tenant(std::string_view label, Use use)
{
    while (!label.empty()) {
        const std::string_view name = label.substr(0, label.find(between_tenants));
        use(name);
        label.remove_prefix(std::min(label.size(), name.size() + 1));
    }
}

[[nodiscard]] bool names_tenant(std::string_view label, std::string_view tenant);

// For people: with commas.
[[nodiscard]] std::string shown_tenants(std::string_view label);

} // namespace db
