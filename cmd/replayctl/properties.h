// SPDX-License-Identifier: Apache-2.0
// replayctl/properties.h - those of the journal's criteria that the log itself answers.
//
// Pure.  They mean what they mean to journalq(1), but for addresses: the log has them as
// the client said them, before any rewrite.
#pragma once

#include "db/journal_search.h"
#include "spool/reader.h"

namespace replayctl {

// Any was said: --address, --domain, --client, --login, --listener, --origin, --larger,
// --smaller.
[[nodiscard]] bool asks_log(const db::JournalCriteria& said);

// Every one of them that was said holds.
[[nodiscard]] bool has_properties(const spool::Found& message,
                                  const db::JournalCriteria& said);

} // namespace replayctl
