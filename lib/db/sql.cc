// SPDX-License-Identifier: Apache-2.0
#include "db/sql.h"

namespace db {

namespace {

constexpr SqlFile files[] = {
#include "sql.inc" // made by the Makefile from sql/*.sql
};

} // namespace

std::span<const SqlFile> sql_files()
{
    return files;
}

} // namespace db
