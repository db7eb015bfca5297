// SPDX-License-Identifier: Apache-2.0
// audit/roles.h - who may what, by the chain of grants.  Pure.
//
// Its records have the fields time, act ("grant" or "revoke"), user, role, by.  The last
// one about a user and a role holds.
#pragma once

#include "audit/chain.h"
#include "audit/entry.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace audit {

[[nodiscard]] std::string_view name_of(Role role);
[[nodiscard]] std::optional<Role> role_of(std::string_view name);

[[nodiscard]] bool has_role(const Chain& grants, std::string_view user, Role role);

struct Grant {
    std::string user;
    std::string role;
    std::string since;
    std::string by;
};
// In force, in the order they were given.
[[nodiscard]] std::vector<Grant> in_force(const Chain& grants);

} // namespace audit
