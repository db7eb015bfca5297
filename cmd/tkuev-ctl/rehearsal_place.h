// SPDX-License-Identifier: Apache-2.0
// tkuev-ctl/rehearsal_place.h - where a rehearsal happens: which listeners its clients talk
// to, and whether it may stand in an authority's place.  Pure: no network, no database.
#pragma once

#include "command.h"
#include "conf/settings.h"
#include "db/measures.h"
#include "rehearsal_players.h"

#include <span>

namespace tkuev {

// The first listener of each kind, or what was named instead: an address of our gateway, on
// loopback or as a listener has it; Failure(fix_arguments) otherwise.
[[nodiscard]] Gates gates_of(const Call& call, const conf::Settings& settings);

// Nobody else's PDUs can come to where this measure is delivered on this machine: we could
// not keep them.  Also of measures that have ended: they may owe what they have not
// delivered, and their notice.
[[nodiscard]] bool has_destination_alone(std::span<const db::StoredMeasure> measures,
                                         const li::Measure& measure);

} // namespace tkuev
