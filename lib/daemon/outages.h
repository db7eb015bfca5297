// SPDX-License-Identifier: Apache-2.0
// daemon/outages.h - what the proxies of a machine tell one another, and smtp-sendd, of
// hosts that are down: by files in the run directory.
#pragma once

#include "conf/settings.h"
#include "proxy/backends.h"

#include <string_view>

namespace daemons {

// Outages that the program finds out are known to all its processes; from now on a host
// that lives again is tried by smtp-sendd, too.
void share_outages(proxy::Backends& backends, const conf::Settings& settings,
                   std::string_view program);

} // namespace daemons
