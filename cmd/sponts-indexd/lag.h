// SPDX-License-Identifier: Apache-2.0
// sponts-indexd/lag.h - says what waits to be filed, on standard output.
#pragma once

#include "conf/settings.h"

namespace indexd {

// Throws base::Failure.
void say_lag(const conf::Settings& settings);

} // namespace indexd
