// SPDX-License-Identifier: Apache-2.0
// replayctl/plan.h - makes plans, and says what is in them.
#pragma once

#include "choice.h"
#include "command.h"
#include "journal.h"
#include "spool/queue.h"

#include <optional>
#include <string>

namespace replayctl {

struct Planned {
    spool::ReplayPlan plan;
    LeftOut left_out;
    std::optional<Known> known; // nothing: there is no journal
    std::size_t missing = 0;    // of the messages that were named
};

// What the command line asks for.  Throws Failure (fix_arguments: nothing narrows it and
// --all was not said).
[[nodiscard]] Planned make_plan(const Call& call, const Place& place);

// --rate, or what holds without it.  Throws Failure (fix_arguments).
[[nodiscard]] std::uint32_t read_rate(const Call& call);

[[nodiscard]] bool waits(const spool::QueueView& queue, spool::MessageId id,
                         std::uint32_t recipient);

// Nothing to send, or something that was named is not there: exit_no_match.
[[nodiscard]] int exit_status_of(const Planned& planned);

// Of all its messages.
[[nodiscard]] std::uint64_t bytes_of(const spool::ReplayPlan& plan);

// `name`: of the run; empty: none was made.
[[nodiscard]] std::string describe(const Planned& planned, const std::string& name);
[[nodiscard]] std::string describe_json(const Planned& planned, const std::string& name);

} // namespace replayctl
