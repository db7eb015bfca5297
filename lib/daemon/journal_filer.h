// SPDX-License-Identifier: Apache-2.0
// daemon/journal_filer.h - who files the journal, and what logins teach: one process at a
// time.
#pragma once

#include "base/fd.h"
#include "conf/settings.h"
#include "db/directory.h"
#include "journal/filer.h"
#include "journal/learned_filer.h"

namespace daemons {

// `directory` outlives it.
[[nodiscard]] journal::FilerOptions filer_options(const conf::Settings& settings,
                                                  db::Directory& directory);

[[nodiscard]] journal::LearnedOptions learned_options(const conf::Settings& settings);

// The right to file, for as long as the descriptor is open.  Throws
// base::Failure(start_service) when somebody else has it.  What an interrupted rebuild has
// left of a journal is removed: nobody deletes in it what is too old.
[[nodiscard]] base::Fd own_journal(const conf::Settings& settings);
[[nodiscard]] base::Fd own_policy(const conf::Settings& settings);

} // namespace daemons
