// SPDX-License-Identifier: Apache-2.0
// handover/disc_courier.h - files for an authority that gets discs are kept here until one
// is made; see handover/discs.h.
#pragma once

#include "handover/courier.h"

#include <memory>
#include <string>

namespace handover {

// Writes below `directory`, which it makes: durably, whole or not at all, over nothing.
[[nodiscard]] std::unique_ptr<Courier> make_disc_courier(std::string directory);

} // namespace handover
