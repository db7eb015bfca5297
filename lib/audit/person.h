// SPDX-License-Identifier: Apache-2.0
// audit/person.h - who somebody is, by what the kernel says of him.
//
// The login user id (/proc/PID/loginuid) stays with a person through sudo and su; where it
// is not set (containers, cron) the user id of the process speaks.
#pragma once

#include <expected>
#include <string>
#include <sys/types.h>

namespace audit {

// Who is at the other end of a Unix socket; or why nobody can say.
[[nodiscard]] std::expected<std::string, std::string> person_of_peer(int socket);
// Who runs this program, which auditors do: without a login user id $SUDO_UID is believed.
[[nodiscard]] std::string person_of_self();

// "uid 1234" if it has no name.
[[nodiscard]] std::string user_name(uid_t uid);

} // namespace audit
