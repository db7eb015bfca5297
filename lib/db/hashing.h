// SPDX-License-Identifier: Apache-2.0
// db/hashing.h - passwords of an import become their stored forms.
#pragma once

#include "db/csv_rows.h"

namespace db {

// Fills password_hash and scram of every row that has a password, and forgets the password;
// on all processors, since a hash takes a tenth of a second by intention.
// A dry run fills in a word instead: rows that would change, and nobody waits.
void hash_passwords(std::vector<FileRow>& rows, const Table& users, bool dry_run);

} // namespace db
