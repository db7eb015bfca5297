// SPDX-License-Identifier: Apache-2.0
// daemon/learning.h - what the proxies learn of passwords, as [ums] has it.
#pragma once

#include "conf/settings.h"
#include "confine/confine.h"
#include "proxy/learner.h"

#include <memory>
#include <string_view>

namespace daemons {

// What it needs to tell what it learns, where [ums] is enabled: makes the directory, if it
// can.  A proxy serves without, too.
void may_teach(confine::Rights& rights, const conf::Settings& settings);

// Null: [ums] is not enabled, or the process is for one connection, which would not know of
// the next login.  For each process one, when it has given up its rights.
[[nodiscard]] std::unique_ptr<proxy::Learner>
make_learner(const conf::Settings& settings, std::string_view program, bool serves_one);

// After a reload.
void renew(proxy::Learner& learner, const conf::Ums& fresh);

} // namespace daemons
