// SPDX-License-Identifier: Apache-2.0
// conf/cross_check.h - the part of cross_check() (read.h) that is about one listener.
#pragma once

#include "conf/read.h"

#include <vector>

namespace conf {

void check_listener(const Settings& settings, const Listener& listener,
                    const Document& document, std::vector<Problem>& problems);

} // namespace conf
