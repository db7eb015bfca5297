// SPDX-License-Identifier: Apache-2.0
// smtp-sendd/own_endpoints.h - where this gateway listens itself, so that mail whose MX is
// this gateway is not sent round in a circle.
#pragma once

#include "conf/settings.h"
#include "net/address.h"

#include <vector>

namespace sendd {

// A listener on any address stands for all addresses of this machine.
[[nodiscard]] std::vector<net::Address> own_endpoints(const conf::Settings& settings);

} // namespace sendd
