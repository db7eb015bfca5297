// SPDX-License-Identifier: Apache-2.0
// daemon/restart.h - which changes of the configuration a running daemon cannot take over.
//
// `sponts run` starts new processes for just these; everybody else has to be told.
#pragma once

#include "conf/settings.h"

#include <string>
#include <string_view>

namespace daemons {

// The keys of `program` that differ and are read at the start only: "[general] database,
// [listener imaps], [log] level"; empty: all that is new is in force.  `own_addresses`: it
// listens on those of the configuration, not on sockets from elsewhere.
[[nodiscard]] std::string keys_for_restart(const conf::Settings& before,
                                           const conf::Settings& fresh,
                                           std::string_view program, bool own_addresses);

// After a reload: names them in the log, if there are any.  `started`: what the process has
// begun with, so that each is named once for each reload until it is in force.
void tell_keys_for_restart(const conf::Settings& started, const conf::Settings& fresh,
                           std::string_view program, bool own_addresses);

} // namespace daemons
