// SPDX-License-Identifier: Apache-2.0
// db/sql.h - the files of sql/, built into the program, so that a program and its schema
// cannot be installed apart.
#pragma once

#include <span>
#include <string_view>

namespace db {

struct SqlFile {
    std::string_view name; // "0001-mail.sql"
    std::string_view text;
};

// All of them, sorted by name; "schema.sql" is the last.
[[nodiscard]] std::span<const SqlFile> sql_files();

} // namespace db
