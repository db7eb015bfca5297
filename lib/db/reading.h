// SPDX-License-Identifier: Apache-2.0
// db/reading.h - a database that is open to be read, and whether it is still the same.
#pragma once

#include "db/sqlite.h"

#include <cstdint>
#include <string>
#include <sys/stat.h>

namespace db {

class Reading {
public:
    using Require = void (*)(const Sqlite& database);

    // Throws base::Failure, with the remedy of the trouble found; also what `require`
    // throws, here and in unchanged().
    Reading(const std::string& path, Require require);

    // False if somebody has committed since the last time.
    [[nodiscard]] bool unchanged();
    // False if the name leads to another file by now (restored, rebuilt).
    [[nodiscard]] bool in_place() const;
    [[nodiscard]] const Sqlite& database() const { return database_; }

private:
    struct stat file_;
    Sqlite database_;
    Require require_;
    std::int64_t seen_version_ = 0;
};

} // namespace db
