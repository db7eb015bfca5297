// SPDX-License-Identifier: Apache-2.0
#include "db/tenant_names.h"

#include "db/schema.h"
#include "db/sqlite.h"

namespace db {

std::set<std::string, std::less<>> tenant_names(const std::string& path)
{
    const Sqlite database(path, Access::read, base::milliseconds{1000});
    require_version(database);
    Statement rows = database.prepare("SELECT name FROM tenants");
    std::set<std::string, std::less<>> names;
    while (rows.step())
        names.emplace(rows.text(0));
    return names;
}

} // namespace db
