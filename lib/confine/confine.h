// SPDX-License-Identifier: Apache-2.0
// confine/confine.h - a process gives up what it does not need, in one visible place.
//
//     acquire sockets, keys, spool, database
//     confine::to({.read = {...}, .write = {spool}, .user = "sponts"});
//     work
//
// The systemd units say the same from outside; this holds for `sponts run`, containers and
// inetd too.  Called before threads are started: landlock binds only the calling thread and
// what it starts later.
#pragma once

#include <string>
#include <vector>

namespace confine {

struct Rights {
    std::vector<std::string> read;  // files and directories beside the system's own
    std::vector<std::string> write; // directories; also read
    std::vector<std::string> tidy;  // directories in which files may be removed
    std::string user;               // whom to become if we are root; empty: stay
    bool network = true;            // may open IPv4 and IPv6 sockets
    bool sandbox = true;            // system call filter and file rules; see below
};

// No core dumps, not dumpable (keys are in memory), umask 027, all descriptors the hard
// limit allows, user, no new privileges; then, unless `sandbox` is false:
//  - no program is ever executed, no process forked; no ptrace, mount, module, keyring,
//    namespace, raw or netlink socket; no memory writable and executable (seccomp, EPERM);
//  - only files below `read`, `write` and the system's configuration are opened, and only
//    below `write` and `tidy` removed (landlock, EACCES), if the kernel has it.
// What the kernel cannot do is logged as "sandbox-limited".  Throws Failure if the user
// cannot be changed.
void to(const Rights& rights);

// False where the sandbox would break the tools that watch us: sanitizer builds, and when
// the environment says SPONTS_SANDBOX=off.
[[nodiscard]] bool sandbox_wanted();

} // namespace confine
