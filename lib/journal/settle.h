// SPDX-License-Identifier: Apache-2.0
// journal/settle.h - what became of recipients that wait in a journal that was made anew.
#pragma once

#include "db/journal.h"

#include <cstdint>
#include <string>

namespace journal {

// Whom the queue still has waits; of others in a message that it has it may know the end.
// Of all the rest nobody knows what became of them; returns how many messages have such a
// recipient.  Reads the whole queue.  Throws base::Failure.
std::uint64_t settle(const std::string& spool, db::Journal& journal);

} // namespace journal
