// SPDX-License-Identifier: Apache-2.0
// tkuev-ctl/clock.h - whether the kernel holds the clock to be right (adjtimex(2)).
#pragma once

namespace tkuev {

[[nodiscard]] bool clock_is_synchronised();

} // namespace tkuev
