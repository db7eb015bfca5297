// SPDX-License-Identifier: Apache-2.0
// replayctl/client.h - who may not read the spool asks `replayctl serve`.
#pragma once

#include "command.h"

#include <optional>
#include <string>

namespace replayctl {

// The socket of the service that this call is for; nothing: we may do it ourselves, or
// nobody does it for us.  Throws Failure: the configuration.
[[nodiscard]] std::optional<std::string> service_for(const std::string& command,
                                                     const Call& call);

// Asks it, reading ids from standard input if the call says so, and passes on what it
// answers.  The exit status.  Throws Failure (start_service: it cannot be reached,
// try_later: it broke off).
[[nodiscard]] int ask_service(const std::string& socket, const std::string& command,
                              const Call& call);

// In the run directory.
[[nodiscard]] std::string service_socket(const std::string& run_directory);

} // namespace replayctl
