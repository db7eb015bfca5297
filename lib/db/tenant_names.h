// SPDX-License-Identifier: Apache-2.0
// db/tenant_names.h - who is a tenant, for whoever looks whether a name is one.
#pragma once

#include <functional>
#include <set>
#include <string>

namespace db {

// Throws base::Failure as check_database() does.
[[nodiscard]] std::set<std::string, std::less<>> tenant_names(const std::string& path);

} // namespace db
