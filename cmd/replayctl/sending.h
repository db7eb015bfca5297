// SPDX-License-Identifier: Apache-2.0
// replayctl/sending.h - sends what is left of a run, at its rate, until somebody stops it.
#pragma once

#include "command.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <vector>

namespace replayctl {

// What holds for who sends, beside what the plan says; for operators nothing does.
struct Terms {
    std::uint32_t rate = 0; // messages a second at most; 0: as the plan says
    // Asked before each message; false: it is not sent, and nothing after it.
    std::function<bool(const spool::ReplayItem& next)> may_send{};
    std::set<std::string> ends{}; // see spool/replay_sender.h
    // Nothing is sent that one of these runs has sent, unless the plan wants it again.
    std::vector<std::string> others{};
};

struct Sent {
    spool::ReplayCounts counts; // of the run
    std::size_t now = 0;        // of them, by this call
    bool refused = false;       // may_send() said no
    bool stopped = false;       // by a signal, or by somebody who asked
};

// From now on SIGINT and SIGTERM only set what is_interrupted() tells.
void catch_signals();
[[nodiscard]] bool is_interrupted();

// Catches signals, and prints how far it has come.
[[nodiscard]] Sent send(const spool::ReplayFiles& files, const Place& place,
                        const Terms& terms = {});
[[nodiscard]] int exit_status_of(const Sent& sent);

} // namespace replayctl
