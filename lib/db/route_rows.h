// SPDX-License-Identifier: Apache-2.0
// db/route_rows.h - what the columns of a route must keep together, and the defaults that
// follow from its protocol.
#pragma once

#include "db/directory.h"
#include "db/table.h"

#include <string>
#include <string_view>

namespace db {

// Empty: nothing is wrong.
[[nodiscard]] std::string check_route(const Row& row);
[[nodiscard]] std::string_view default_port(const Row& row);
[[nodiscard]] std::string_view default_tls(const Row& row);

// The service of a row, as Table::part.
[[nodiscard]] std::string_view route_part(const Row& row);
[[nodiscard]] std::string_view part_of(Service service);

} // namespace db
