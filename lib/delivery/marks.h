// SPDX-License-Identifier: Apache-2.0
// delivery/marks.h - what the next attempt must know of a recipient, as a word in front of
// its reason in the queue:
//
//     (released) ...   an operator has let it go, also if its domain is on hold
//     (held) ...       the guard of its destination holds it back; the others go on
//
// A reason of ours begins with a host, an address or a word, never with a parenthesis.
// Both marks stand in this order.
#pragma once

#include "spool/queue.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace delivery {

[[nodiscard]] bool is_released(std::string_view reason);
[[nodiscard]] bool is_held_back(std::string_view reason);

// With the mark; without it; without any.
[[nodiscard]] std::string marked_released(std::string reason);
[[nodiscard]] std::string marked_held_back(std::string reason);
[[nodiscard]] std::string without_held_back(std::string reason);
[[nodiscard]] std::string_view without_marks(std::string_view reason);

// All that wait; of these, who is not held back.
[[nodiscard]] std::vector<std::uint32_t> waiting(const spool::Entry& entry);
[[nodiscard]] std::vector<std::uint32_t> going_on(const spool::Queue& queue,
                                                  const spool::Entry& entry);
// Who will never get it: refused, given up, deleted.
[[nodiscard]] std::vector<std::uint32_t> lost(const spool::Entry& entry);
// Those that the next attempt tries: those above, or all that wait when there is none, or
// when an operator wants it.
[[nodiscard]] std::vector<std::uint32_t> to_try(const spool::Queue& queue,
                                                const spool::Entry& entry);
// The next attempt tries those that are held back, too.
[[nodiscard]] bool tries_all(const spool::Queue& queue, const spool::Entry& entry);
// `all` without those.
void leave_out(std::vector<std::uint32_t>& all, const std::vector<std::uint32_t>& those);
// Some are held back while others go on.
[[nodiscard]] bool partly_held_back(const spool::Queue& queue, const spool::Entry& entry);

} // namespace delivery
