// SPDX-License-Identifier: Apache-2.0
// tkuev-ctl/rehearsal.h - one rehearsal: waits until the servers look for the account, has
// the sessions that were planned, and compares what comes out with what should.
#pragma once

#include "base/clock.h"
#include "office.h"
#include "rehearsal_judge.h"
#include "rehearsal_players.h"

#include <string>
#include <string_view>

namespace tkuev {

// Where it looked: at what arrived, being the authority; or at what the ledger says.
enum class Witness : std::uint8_t { receiver, ledger };
[[nodiscard]] std::string_view name_of(Witness witness);

struct RehearsalResult {
    Witness witness = Witness::receiver;
    Verdict verdict;
};

struct RehearsalPlan {
    Cast cast;
    Gates gates;
    bool may_receive = true; // nobody else's measure goes to the same destination
    base::seconds patience{120};
};

// Throws base::Failure when it cannot be held: no gateway, wrong password, mail that does
// not arrive.
[[nodiscard]] RehearsalResult rehearse_measure(Office& office, const li::Measure& measure,
                                               const RehearsalPlan& plan);

} // namespace tkuev
