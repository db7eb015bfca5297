// SPDX-License-Identifier: Apache-2.0
// sponts/run_process.h - starts one program with its sockets, as systemd would.
#pragma once

#include <string>
#include <string_view>
#include <sys/types.h>
#include <vector>

namespace sponts {

struct NamedSocket {
    int fd = -1;
    std::string name;
};

struct ProcessPlan {
    std::string path;
    std::vector<std::string> arguments; // without the program's name
    std::vector<NamedSocket> sockets;   // become descriptors 3, 4 ...
    int ticket_keys = -1;               // the descriptor behind the sockets; -1: none
    std::string notify_address;         // NOTIFY_SOCKET
};

// The child leads a process group of its own (Ctrl-C in a terminal reaches `sponts run`
// only), gets SIGTERM when we die, and /dev/null as standard input.  Throws Failure when
// there is no process to be had; a program that cannot be executed exits 71.
[[nodiscard]] pid_t start_process(const ProcessPlan& plan);

// The directory this program was started from.
[[nodiscard]] std::string own_directory();

// Where a program is: --bin-dir, or beside this program, or PREFIX/libexec/sponts, or PATH.
// Throws Failure(start_service) when it is nowhere.
[[nodiscard]] std::string find_program(std::string_view name,
                                       const std::string& bin_directory);

} // namespace sponts
