// SPDX-License-Identifier: Apache-2.0
// replayctl/list.h - a message as a line for people.
#pragma once

#include "spool/reader.h"

#include <string>
#include <vector>

namespace replayctl {

[[nodiscard]] std::string list_line(const spool::Found& message,
                                    const std::vector<std::string>& recipients);

} // namespace replayctl
