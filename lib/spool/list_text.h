// SPDX-License-Identifier: Apache-2.0
// spool/list_text.h - the text of a file of spool/mailbox_lists.h:
//
//     sponts-list 1 TIME SUM LF      when the mailbox listed this; the sum of what follows
//     UNIQUE-ID OCTETS LF            for each message
//
// Format: sponts-spool(5).  Pure.
#pragma once

#include "pop3/mailbox_list.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace spool {

struct KeptList {
    pop3::MailboxList mails;
    std::int64_t time = 0; // microseconds since 1970
    bool operator==(const KeptList&) const = default;
};

// Of a list with so many messages no text is longer.
[[nodiscard]] std::size_t longest_list_text(std::size_t messages);

[[nodiscard]] std::string list_text(const KeptList& list);
// Nothing: it is torn, or none at all.
[[nodiscard]] std::optional<KeptList> parse_list_text(std::string_view text);

} // namespace spool
