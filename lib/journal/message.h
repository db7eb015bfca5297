// SPDX-License-Identifier: Apache-2.0
// journal/message.h - a record of the log as a row of the journal.  Pure.
#pragma once

#include "db/journal_rows.h"
#include "mime/summary.h"
#include "spool/reader.h"

namespace journal {

[[nodiscard]] db::Origin origin_of(spool::Origin origin);

// Without its tenant.
[[nodiscard]] db::JournalMessage message_of(const spool::Found& found,
                                            mime::Summary&& summary);

} // namespace journal
