// SPDX-License-Identifier: Apache-2.0
// sponts/command.h - the subcommands of sponts, each in a file of its own; those that need
// the database are in database.h.
#pragma once

#include "conf/command.h"

namespace sponts {

using conf::Call;

int check(const Call& call);
int init(const Call& call);
int run(const Call& call);

} // namespace sponts
