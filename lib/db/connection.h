// SPDX-License-Identifier: Apache-2.0
// db/connection.h - the open database of a Directory: its prepared questions, and whether
// it is still the same.
#pragma once

#include "db/directory.h"
#include "db/reading.h"

namespace db {

class Connection : public Reading {
public:
    // Throws base::Failure, with the remedy of the trouble found.
    explicit Connection(const std::string& path);

    [[nodiscard]] std::optional<Domain> domain(std::string_view name);
    [[nodiscard]] std::vector<AddressRow> address(std::string_view address);
    [[nodiscard]] std::vector<RouteHost> route(std::string_view pattern, Service service);
    [[nodiscard]] std::optional<User> user(std::string_view name);

private:
    Statement domain_;
    Statement address_;
    Statement route_;
    Statement user_;
};

} // namespace db
