// SPDX-License-Identifier: Apache-2.0
// replayctl/command.h - the subcommands, and what all of them need.
#pragma once

#include "conf/command.h"
#include "run_log.h"
#include "spool/replay_run.h"
#include "spool/writer.h"

#include <cstdint>
#include <optional>
#include <string>

namespace replayctl {

using conf::Call;

// EX_OK, and what grep(1) answers when nothing was found.
inline constexpr int exit_done = 0;
inline constexpr int exit_no_match = 1;

// Of the configuration, or --spool.  From here on root is the owner of the spool: what is
// written belongs to whoever delivers it.  Throws Failure (get_permission: somebody who may
// not read other people's mail).
struct Place {
    std::string spool;
    spool::WriterOptions writer;
    bool uidl = false;                 // [ums] is enabled
    bool keeps = true;                 // what was delivered, [queue] retention
    std::uint64_t retention_bytes = 0; // 0: no bound
    Person person;                     // who called
    // Nothing is known of these with --spool.
    std::string database;                 // of routes
    std::optional<conf::Journal> journal; // [journal]
};
[[nodiscard]] Place enter(const Call& call);
// The same without becoming anybody.
[[nodiscard]] Place place_of(const conf::Settings& settings);

// The run that the first operand names.
[[nodiscard]] spool::ReplayFiles run_of(const Call& call, const Place& place);

// Where nothing was found: perhaps nothing is kept.  Then standard error says so.
void explain_nothing(const Place& place);

// To standard output, all of it or a Failure.
void print(const std::string& text);

int list(const Call& call);
int show(const Call& call);
int cat(const Call& call);
int plan(const Call& call);
int apply(const Call& call);
int resend(const Call& call);
int runs(const Call& call);
int status(const Call& call);
int stop(const Call& call);
int forget(const Call& call);
int serve(const Call& call);

} // namespace replayctl
