// SPDX-License-Identifier: Apache-2.0
// daemon/remembering.h - what pop-proxy remembers of mailboxes' lists, as [ums] has it.
#pragma once

#include "conf/settings.h"
#include "confine/confine.h"
#include "proxy/list_keeper.h"

#include <memory>

namespace daemons {

// What it needs for that: makes the directory where [ums] is enabled, if it can.  A proxy
// serves without, too.
void may_remember_lists(confine::Rights& rights, const conf::Settings& settings);

// Null: [ums] is not enabled, and there is nothing left to be forgotten.  For each process
// one, when it has given up its rights.
[[nodiscard]] std::unique_ptr<proxy::ListKeeper>
make_list_keeper(const conf::Settings& settings, bool serves_one);

// After a reload; whether it is enabled is as at the start.
void renew(proxy::ListKeeper& keeper, const conf::Settings& started,
           const conf::Ums& fresh);

} // namespace daemons
