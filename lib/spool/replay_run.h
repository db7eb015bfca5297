// SPDX-License-Identifier: Apache-2.0
// spool/replay_run.h - the files of a replay: its plan, and how far it has come.
//
//     replay/NAME/plan        what is to be sent, never changed (spool/replay_plan.h)
//     replay/NAME/progress    a line for each message that is over; locked by its sender
//     replay/NAME/stop        somebody has asked the sender to stop
//     replay/NAME/log/        second names of the segments being written
//                             (spool/replay_disk.h)
//     replay/NAME.new/        being made; means nothing
//
// A message that was sent is named in progress, or stands in one of the segments in log/,
// or both.  Format: sponts-spool(5).
#pragma once

#include "spool/replay_plan.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace spool {

// What became of a message of the plan.
struct ReplayResult {
    enum class What : std::uint8_t {
        sent,
        lost, // the log did not have it any more
    };
    What what = What::sent;
    MessageId as; // sent: the id of what was queued, or 0 when that is not known any more
};
using ReplayResults = std::unordered_map<MessageId, ReplayResult>;

[[nodiscard]] std::string encode(MessageId id, const ReplayResult& result); // a line

struct ReplayProgress {
    ReplayResults results;
    std::uint64_t size = 0; // of the whole lines; what follows was torn by a crash
};
// Lines that are not understood say nothing.
[[nodiscard]] ReplayProgress decode_progress(std::string_view text);

// Of a plan.
struct ReplayCounts {
    std::size_t messages = 0;
    std::size_t sent = 0;
    std::size_t lost = 0;
    std::size_t lost_recipients = 0;

    [[nodiscard]] std::size_t left() const { return messages - sent - lost; }
};
[[nodiscard]] ReplayCounts counts_of(const ReplayPlan& plan, const ReplayResults& results);

struct ReplayFiles {
    std::string spool;
    std::string name;

    [[nodiscard]] std::string folder() const;
    [[nodiscard]] std::string plan() const { return folder() + "/plan"; }
    [[nodiscard]] std::string progress() const { return folder() + "/progress"; }
    [[nodiscard]] std::string stop() const { return folder() + "/stop"; }
};

// Letters, digits, "-" and "_", at most 64, not beginning with "-".
[[nodiscard]] bool is_replay_name(std::string_view name);

// Writes the plan as a run of its own, on the disk when this returns, and gives its name:
// the time (UTC), of a user's "-u" and his number, and, if need be, another number.  Throws
// Failure.
[[nodiscard]] std::string make_replay(const std::string& spool, const ReplayPlan& plan);

// All runs by name, which is by time; or those of a user.
[[nodiscard]] std::vector<std::string> replay_names(const std::string& spool);
[[nodiscard]] std::vector<std::string> replay_names(const std::string& spool,
                                                    const ReplayOwner& owner);
// Throws as read_replay_plan() where there is no such run: of another's he hears the same.
void require_owner(const ReplayFiles& files, const ReplayOwner& owner);

// Throws Failure (fix_arguments: there is no such run, check_disk).
[[nodiscard]] ReplayPlan read_replay_plan(const ReplayFiles& files);

struct ReplayState {
    ReplayPlan plan;
    ReplayResults results;
    bool running = false;
    bool stop = false;
};
[[nodiscard]] ReplayState read_replay(const ReplayFiles& files);

// Asks the sender to stop after what it is writing.
void stop_replay(const ReplayFiles& files);

// With its plan, which need not be readable, and what is known of it.  Throws Failure
// (start_service: it is being sent).
void remove_replay(const ReplayFiles& files);

} // namespace spool
