// SPDX-License-Identifier: Apache-2.0
// sponts/database.h - the subcommands that work on sponts.db.
#pragma once

#include "command.h"

namespace sponts {

// --database, or what the configuration names.
[[nodiscard]] std::string database_of(const Call& call);
inline const conf::OptionSpec database_option{"database", "FILE",
                                              "instead of the one in the configuration"};

int db_migrate(const Call& call);
int import_table(const Call& call);
int export_table(const Call& call);
int traffic(const Call& call);
int user_add(const Call& call);
int user_password(const Call& call);

} // namespace sponts
