// SPDX-License-Identifier: Apache-2.0
// replayctl/attendant.h - serves one user who has connected, in a process of its own.
//
// Who he is, the kernel says (SO_PEERCRED); what he asks for has to be on the list of
// request.h.  Descriptors that he sends along are never taken.
#pragma once

#include "base/clock.h"
#include "conf/settings.h"

#include <cstdint>
#include <optional>
#include <string>
#include <sys/types.h>

namespace replayctl {

// In its process, over which nobody watches: a search is over long before.
inline constexpr base::seconds most_processor_time{600};
// There, too: several times what a message needs that is sent again, and the largest
// search.
inline constexpr std::uint64_t most_memory = std::uint64_t{4} << 30;
// Who is refused waits: each refusal is a line in the log.
inline constexpr base::milliseconds pause_of_refused{1000};

// Who has connected; nothing: nobody can say.
[[nodiscard]] std::optional<uid_t> peer_user(int socket);
// Nothing: he has no name on this machine, or is whoever the kernel shows where it cannot
// say who somebody is.  May ask others (nsswitch.conf(5)).
[[nodiscard]] std::optional<std::string> name_of(uid_t user);
[[nodiscard]] std::string has_no_name(uid_t user); // what he is told then

// Gives up its rights, does what he asks for and answers; stops as by SIGTERM when he has
// gone.  The exit status that he was told.  Throws nothing.  std::cout and std::cerr lead
// to him meanwhile.
[[nodiscard]] int attend(int socket, uid_t user, const conf::Settings& settings);

} // namespace replayctl
