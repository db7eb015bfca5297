// SPDX-License-Identifier: Apache-2.0
// net/listener.h - where connections come from: systemd, inetd, or our own addresses.
//
// A server runs in three ways (design of every daemon): listening sockets passed in by
// LISTEN_FDS/LISTEN_FDNAMES (sd_listen_fds(3)); one connection on descriptor 0 (inetd,
// Accept=yes); addresses named in the configuration or on the command line.
#pragma once

#include "base/fd.h"
#include "net/address.h"
#include "net/loop.h"
#include "net/task.h"

#include <functional>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <vector>

namespace net {

struct PassedSocket {
    base::Fd fd;
    std::string name;       // from LISTEN_FDNAMES, "" or "unknown" if not given
    bool listening = false; // SO_ACCEPTCONN; false: a connection (Accept=yes)
};

// The sockets systemd or `sponts run` passed; empties the environment variables.  Nothing
// if LISTEN_PID is not us.
[[nodiscard]] std::vector<PassedSocket> passed_sockets();
// Descriptor 0 is a connected socket: inetd.
[[nodiscard]] bool stdin_is_connection();

// A Unix socket is for every user who can reach its directory; that is what decides.
constexpr mode_t for_everybody = 0666;

// Opens a listening socket (SO_REUSEADDR, backlog; a Unix path is replaced if stale and
// gets the mode).
// Throws Failure: get_permission for ports below 1024, start_service when in use.
[[nodiscard]] base::Fd listen_on(const Address& address, int backlog = 1024,
                                 mode_t mode = for_everybody);

// Accepts until `stopping()`, which is asked after each connection, after each signal of
// the loop and after Loop::nudge(); calls `serve` with each connection.  When the process
// or the system is out of descriptors or memory it logs "accept-paused", leaves the clients
// in the backlog for a second and goes on.
[[nodiscard]] Task<void> accept_loop(Loop& loop, base::Fd listening,
                                     std::function<void(base::Fd, Address peer)> serve,
                                     std::function<bool()> stopping);

// sd_notify(3): "READY=1", "STOPPING=1", "RELOADING=1" ...; nothing without NOTIFY_SOCKET.
void notify_manager(std::string_view state);
// Tells systemd WATCHDOG=1 as often as WATCHDOG_USEC asks for; nothing without it.
void keep_watchdog_quiet(Loop& loop);

} // namespace net
