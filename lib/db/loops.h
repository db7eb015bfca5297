// SPDX-License-Identifier: Apache-2.0
// db/loops.h - addresses that lead back to themselves by rewrite and forward.  Copies
// cannot loop for ever: a copy stops at an address that has had the message.
#pragma once

#include "db/sqlite.h"

#include <vector>

namespace db {

// Each as the way round: first and last are the same address.  One for each loop found, not
// each way into it.
[[nodiscard]] std::vector<std::vector<std::string>> find_loops(const Sqlite& database);

} // namespace db
