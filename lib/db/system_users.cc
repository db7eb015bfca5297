// SPDX-License-Identifier: Apache-2.0
// db/system_users.cc - who of this machine's users has which addresses.
#include "db/admin.h"
#include "db/schema.h"
#include "db/sqlite.h"

namespace db {

std::vector<std::string> addresses_of_system_user(const std::string& path,
                                                  std::string_view name)
{
    const Sqlite database(path, Access::read, base::milliseconds{1000});
    require_version(database);
    Statement rows = database.prepare("SELECT address FROM system_users WHERE name = ?1"
                                      " ORDER BY address");
    rows.bind(1, name);
    std::vector<std::string> addresses;
    while (rows.step())
        addresses.emplace_back(rows.text(0));
    return addresses;
}

} // namespace db
