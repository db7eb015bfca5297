// SPDX-License-Identifier: Apache-2.0
// sponts/journal.h - the subcommands that work on the journal.
#pragma once

#include "command.h"

namespace sponts {

int journal_rebuild(const Call& call);

} // namespace sponts
