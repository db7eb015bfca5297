// SPDX-License-Identifier: Apache-2.0
// conf/table_replay.cc - the keys of [replay].
#include "conf/table.h"

namespace conf {

std::span<const Key<Replay>> replay_keys()
{
    using Row = Rows<Replay>;
    static constexpr Key<Replay> keys[] = {
        Row::of<YesNo, &Replay::users>(
            "users", "Whether users of the system may send their own mail again."),
        Row::of<Number<1>, &Replay::messages_per_day>(
            "messages-per-day", "Most messages that a user has sent again in 24 hours."),
        Row::of<Size<1>, &Replay::bytes_per_day>("bytes-per-day",
                                                 "The same in bytes of messages."),
        Row::of<Number<1, 1000>, &Replay::runs>("runs", "Most runs that a user keeps."),
        Row::of<Number<1, 1000>, &Replay::rate>(
            "rate", "Most messages a second of a run of a user."),
        Row::of<Number<1, 256>, &Replay::calls>("calls",
                                                "Most commands of all users at once."),
        Row::of<Number<1, 256>, &Replay::calls_per_user>(
            "calls-per-user", "Most commands of one user at once."),
        Row::of<Seconds<1, 3600>, &Replay::request_timeout>(
            "request-timeout", "Time for what a user asks for, as a whole."),
        Row::of<Seconds<1, 3600>, &Replay::answer_timeout>(
            "answer-timeout", "Time until he takes each piece of the answer."),
    };
    return keys;
}

} // namespace conf
