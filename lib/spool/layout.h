// SPDX-License-Identifier: Apache-2.0
// spool/layout.h - the names of everything the log keeps below the spool.
//
//     log/00c7f2a1b3.seg      a segment, named by its number in ten hex digits
//     log/number              the last segment number given out
//     log/shared              which segment inetd processes append to
//     log/damaged/            segments in which damage was found, for a person
//     log/incoming/           drafts and preallocated segments; nothing here was promised
//     events/NAME             what happened, for whoever files it
//     learned/NAME            what logins have taught about passwords, for whoever files it
//     lists/USER              what the mailbox of a user has last listed
//     replay/NAME/        mail that is sent again (spool/replay_run.h)
//     replay-users/UID        what a user has sent again of late (spool/replay_account.h)
//     ums/USER                what a user of ums-popd has hidden
//     run/00c7f2a1b3.tail     how far an open segment is durable
//     run/bell                wakes the follower
//     run/journal             how far the journal has read
//
// Everything below run/ may be lost at any time.  Format: sponts-spool(5).
#pragma once

#include "spool/id.h"

#include <optional>
#include <string>
#include <string_view>

namespace spool {

[[nodiscard]] std::string log_directory(std::string_view spool);
[[nodiscard]] std::string incoming_directory(std::string_view spool);
[[nodiscard]] std::string damaged_directory(std::string_view spool);
[[nodiscard]] std::string events_directory(std::string_view spool);
[[nodiscard]] std::string hidden_mail_directory(std::string_view spool);
[[nodiscard]] std::string learned_directory(std::string_view spool);
[[nodiscard]] std::string lists_directory(std::string_view spool);
[[nodiscard]] std::string run_directory(std::string_view spool);
[[nodiscard]] std::string replays_directory(std::string_view spool);
[[nodiscard]] std::string replay_directory(std::string_view spool, std::string_view name);

[[nodiscard]] std::string replay_accounts_directory(std::string_view spool);

[[nodiscard]] std::string segment_path(std::string_view spool, SegmentNumber number);
[[nodiscard]] std::string damaged_path(std::string_view spool, SegmentNumber number);
[[nodiscard]] std::string tail_path(std::string_view spool, SegmentNumber number);
[[nodiscard]] std::string number_path(std::string_view spool);
[[nodiscard]] std::string shared_path(std::string_view spool);
[[nodiscard]] std::string journal_mark_path(std::string_view spool);
[[nodiscard]] std::string bell_path(std::string_view spool);
// `serial` makes it unique within this process.
[[nodiscard]] std::string draft_path(std::string_view spool, std::uint64_t serial);

// "00c7f2a1b3.seg" with suffix ".seg"; nothing for any other name.
[[nodiscard]] std::optional<SegmentNumber> parse_segment_name(std::string_view name,
                                                              std::string_view suffix);

} // namespace spool
