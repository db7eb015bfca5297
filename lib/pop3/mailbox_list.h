// SPDX-License-Identifier: Apache-2.0
// pop3/mailbox_list.h - what a mailbox lists: a unique id and a size for each message, in
// its order.  Nothing of a message's text.
//
// Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace pop3 {

struct Listed {
    std::string unique_id;
    std::uint64_t octets = 0; // 0: not known
    bool operator==(const Listed&) const = default;
};
using MailboxList = std::vector<Listed>; // no unique id twice, the newest message last

// RFC 1939 section 7.
constexpr std::size_t longest_unique_id = 70;
// 1 to 70 of 0x21 to 0x7e.
[[nodiscard]] bool is_unique_id(std::string_view text);

// What a session has shown of a mailbox, as of its end.
struct Sighting {
    bool whole = false;            // `there` is all that is in it, or the newest of that
    std::vector<Listed> there;     // in the mailbox's order; perhaps an id twice
    std::vector<std::string> gone; // unique ids of what was deleted
};

// What is known of a mailbox after this; of more than `most` the newest.
[[nodiscard]] MailboxList take_in(const MailboxList& known, const Sighting& seen,
                                  std::size_t most);

} // namespace pop3
