// SPDX-License-Identifier: Apache-2.0
// tkuev-exportd/rights.h - what hand-over may touch: its state, its spool, the network.
#pragma once

#include "conf/settings.h"

namespace exportd {

// As root we become who owns [tkuev] state.
void confine_to_work(const conf::Settings& settings, bool sandbox);

} // namespace exportd
