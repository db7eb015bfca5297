// SPDX-License-Identifier: Apache-2.0
// queuectl/select.h - which messages were meant.
#pragma once

#include "command.h"
#include "spool/queue.h"
#include "spool/sweep.h"

#include <functional>
#include <vector>

namespace queuectl {

// Ids of the command line and, for "-", of standard input.
[[nodiscard]] std::vector<spool::MessageId> read_ids(const Call& call);

// Visits what is meant by ids and criteria, each message once, oldest first.  Envelopes are
// read only where sender or recipients must be known; `sweep` still has that of the message
// that is visited.
void for_each_meant(const Call& call, const spool::QueueView& view, spool::Sweep& sweep,
                    const std::function<void(const spool::Entry&)>& visit);

} // namespace queuectl
