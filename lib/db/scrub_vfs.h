// SPDX-License-Identifier: Apache-2.0
// db/scrub_vfs.h - writes pages of a database without remains of what was deleted.
//
// PRAGMA secure_delete overwrites rows where they stood.  But when SQLite spreads the rows
// of a B-tree over other pages (inserting between others, or after deletions), copies can
// stay in the unused middle of a page, and secure_delete does not look there.  Here that
// middle is zeroed in every page on its way to the file; whoever reads never looks at it.
// Frames of the write-ahead log go as they are (they have checksums): it is emptied by a
// checkpoint.
#pragma once

#include <cstddef>
#include <span>

namespace db {

// Its name, for sqlite3_open_v2(); on top of what is the default VFS at the first open.
[[nodiscard]] const char* scrub_vfs();

// Zeroes what no row, and nothing of the page's own, stands in.  Pages that are none of a
// B-tree stay as they are.  `first`: the page with the header of the database.
void scrub_page(std::span<unsigned char> page, bool first);

} // namespace db
