// SPDX-License-Identifier: Apache-2.0
// spool/replay_account.h - how much mail a user of the system has had sent again of late.
//
//     replay-users/UID    a line for each of the last hours in which there was some:
//                         HOUR MESSAGES BYTES     HOUR: since 1970
//
// Outlives his runs: whoever forgets a run has had its mail all the same.  Noted before it
// is sent, so a crash may count mail that was not; a power cut may forget the last hour.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace spool {

inline constexpr std::int64_t replay_account_hours = 24; // this one and those before it

struct ReplayAmount {
    std::uint64_t messages = 0;
    std::uint64_t bytes = 0;
    bool operator==(const ReplayAmount&) const = default;
};

struct ReplayHour {
    std::int64_t hour = 0;
    ReplayAmount amount;
    bool operator==(const ReplayHour&) const = default;
};

// Lines that are not understood say nothing; nor do hours that are over, or yet to come.
[[nodiscard]] std::vector<ReplayHour> decode_account(std::string_view text,
                                                     std::int64_t this_hour);
[[nodiscard]] std::string encode(const std::vector<ReplayHour>& hours);

// What is added now is within `most` together with what was before.
[[nodiscard]] bool fits(const std::vector<ReplayHour>& hours, ReplayAmount more,
                        ReplayAmount most);

struct ReplayCharge {
    bool noted = false;
    // Else: from when on it fits, if nothing is sent until then, in seconds since 1970;
    // nothing: never.
    std::optional<std::int64_t> free_at;
};

// Notes that so much is about to be sent, unless that is more than `most`: then nothing is
// noted.  `now`: seconds since 1970.  Throws Failure.
[[nodiscard]] ReplayCharge charge_replay(const std::string& spool, std::uint32_t uid,
                                         ReplayAmount more, ReplayAmount most,
                                         std::int64_t now);

} // namespace spool
