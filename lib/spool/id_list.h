// SPDX-License-Identifier: Apache-2.0
// spool/id_list.h - ids as people and programs give them to a program.
#pragma once

#include "spool/id.h"

#include <iosfwd>
#include <span>
#include <string>
#include <vector>

namespace spool {

// Those of `words` and, for "-", of `lines`, one a line, each once; in a line the marks of
// mailq(1) may stand behind it.  Throws Failure(fix_arguments) for anything else.
[[nodiscard]] std::vector<MessageId> read_ids(std::span<const std::string> words,
                                              std::istream& lines);

} // namespace spool
