// SPDX-License-Identifier: Apache-2.0
// audit/roles.cc - see the header.
#include "audit/roles.h"

#include "audit/escape.h"

#include <algorithm>
#include <array>

namespace audit {

namespace {

constexpr std::array<std::string_view, 3> names = {"operate", "review", "grant"};

} // namespace

std::string_view name_of(Role role)
{
    return names.at(static_cast<std::size_t>(role));
}

std::optional<Role> role_of(std::string_view name)
{
    const auto found = std::ranges::find(names, name);
    if (found == names.end())
        return {};
    return static_cast<Role>(found - names.begin());
}

bool has_role(const Chain& grants, std::string_view user, Role role)
{
    bool has = false;
    for (const Record& record : grants.records)
        if (record.get("user") == user && record.get("role") == name_of(role))
            has = record.get("act") == "grant";
    return has;
}

std::vector<Grant> in_force(const Chain& grants)
{
    std::vector<Grant> out;
    for (const Record& record : grants.records) {
        const std::string& user = record.get("user");
        const std::string& role = record.get("role");
        std::erase_if(out, [&](const Grant& grant) {
            return grant.user == user && grant.role == role;
        });
        std::string_view time = record.get("time");
        if (record.get("act") == "grant")
            out.push_back(
                {user, role, std::string(take_until(time, ' ')), record.get("by")});
    }
    return out;
}

} // namespace audit
