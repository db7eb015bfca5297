// SPDX-License-Identifier: Apache-2.0
// spool/replay_history.h - who has got which message again already.
//
// Two places know: the log, as long as it has the copies, and the runs, as long as they are
// not removed.  The same message to the same address counts as the same again where it goes
// by the same route; by another it goes elsewhere.
#pragma once

#include "spool/envelope.h"
#include "spool/replay_run.h"

#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

namespace spool {

class ReplayHistory {
public:
    // Of the log: counts if it is a copy that a run has sent.
    void add(const Envelope& message);
    void add(const Envelope& message, std::uint32_t recipient);
    // What it has sent; while it is being sent also what is left of it.
    void add(const ReplayState& run);

    // Case does not matter.  An empty route: that of the address.
    [[nodiscard]] bool has(MessageId original, std::string_view address,
                           std::string_view route) const;

private:
    void add(MessageId original, std::string_view address, std::string_view route);

    std::unordered_map<MessageId, std::unordered_set<std::string>> sent_;
};

// How many recipients that are left of the run are in the history.
[[nodiscard]] std::size_t left_in(const ReplayHistory& history, const ReplayPlan& plan,
                                  const ReplayResults& results);

} // namespace spool
