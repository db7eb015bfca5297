// SPDX-License-Identifier: Apache-2.0
// smtp-sendd/rights.h - what is left when the program has given up what it does not need.
#pragma once

#include "conf/settings.h"
#include "confine/confine.h"

namespace sendd {

// Password and CA files of routes are found below /etc or beside the configuration.
[[nodiscard]] confine::Rights rights_for(const conf::Settings& settings);

} // namespace sendd
