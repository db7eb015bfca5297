// SPDX-License-Identifier: Apache-2.0
// db/route_files.cc - the files that routes name, for whoever looks whether they are there.
#include "db/admin.h"
#include "db/schema.h"
#include "db/sqlite.h"

namespace db {

std::vector<RouteFile> route_authorities(const std::string& path)
{
    const Sqlite database(path, Access::read, base::milliseconds{1000});
    require_version(database);
    Statement rows =
        database.prepare("SELECT ca_file, min(pattern), count(*) FROM routes"
                         " WHERE ca_file <> '' GROUP BY ca_file ORDER BY ca_file");
    std::vector<RouteFile> files;
    while (rows.step())
        files.push_back({std::string(rows.text(0)), std::string(rows.text(1)),
                         static_cast<std::uint64_t>(rows.number(2))});
    return files;
}

} // namespace db
