// SPDX-License-Identifier: Apache-2.0
// daemon/main.h - the main() of a daemon with listeners.
//
//     int main(int argc, char** argv)
//     {
//         return daemons::run({"smtp-relayd", "Takes mail ..."}, argc, argv, check, serve);
//     }
//
// Options, configuration and log, then the program's own work; a failure becomes one clear
// line, to syslog where standard error was the client, and the exit status of sysexits(3).
#pragma once

#include "base/fd.h"
#include "conf/settings.h"
#include "daemon/options.h"

#include <functional>

namespace daemons {

struct Program {
    const char* name;    // as in [listener] program
    const char* purpose; // one sentence for --help
};

// What `--check` looks at: everything but sockets and what others keep open.
using Check = std::function<void(const conf::Settings&)>;
// Acquires, confines, serves.  `connection`: the one that inetd passed, or empty.
using Serve = std::function<void(conf::Settings settings, const Options& options,
                                 base::Fd connection)>;

// The exit status.
[[nodiscard]] int run(const Program& program, int argc, char** argv, const Check& check,
                      const Serve& serve);

} // namespace daemons
