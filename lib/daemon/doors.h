// SPDX-License-Identifier: Apache-2.0
// daemon/doors.h - where a daemon's connections come from.
//
// In this order: sockets that were passed in, the connection that inetd passed, --listen,
// the addresses of the configuration.  The first that gives something counts.
#pragma once

#include "base/fd.h"
#include "conf/settings.h"
#include "daemon/options.h"
#include "net/socket_file.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace daemons {

struct Door {
    base::Fd fd;
    std::string listener;   // whose settings
    net::SocketFile file{}; // of a Unix socket that we opened
};

struct Doors {
    std::vector<Door> listening;
    Door connection;            // one to be served without listening; empty fd: none
    bool own_addresses = false; // they are those of the configuration
};

// A program that has a door of its own besides may have no listener at all.
enum class Needs : std::uint8_t { some, none };

// Opens what has to be opened.  Throws base::Failure: a name that is no listener of the
// program, an address that cannot be had, nothing to listen on.
[[nodiscard]] Doors acquire_doors(const conf::Settings& settings, const Options& options,
                                  std::string_view program, base::Fd from_inetd,
                                  Needs needs = Needs::some);

// What the command line says of them, without opening anything.  Throws as acquire_doors().
void check_doors(const conf::Settings& settings, const Options& options,
                 std::string_view program);

} // namespace daemons
