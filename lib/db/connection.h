// SPDX-License-Identifier: Apache-2.0
// db/connection.h - the open database of a Directory: its prepared questions, and whether
// it is still the same.
#pragma once

#include "db/directory.h"
#include "db/sqlite.h"

#include <sys/stat.h>

namespace db {

class Connection {
public:
    // Throws base::Failure, with the remedy of the trouble found.
    explicit Connection(const std::string& path);

    // False if somebody has committed since the last time.
    [[nodiscard]] bool unchanged();
    // False if the name leads to another file by now (restored, rebuilt).
    [[nodiscard]] bool in_place() const;

    [[nodiscard]] std::optional<Domain> domain(std::string_view name);
    [[nodiscard]] std::vector<AddressRow> address(std::string_view address);
    [[nodiscard]] std::vector<RouteHost> route(std::string_view pattern, Service service);
    [[nodiscard]] std::optional<User> user(std::string_view name);

private:
    struct stat file_;
    Sqlite database_;
    Statement data_version_;
    Statement domain_;
    Statement address_;
    Statement route_;
    Statement user_;
    std::int64_t seen_version_ = 0;
};

} // namespace db
