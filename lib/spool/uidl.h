// SPDX-License-Identifier: Apache-2.0
// spool/uidl.h - the field by which a server with POP3 may know a message as ums-popd(8)
// did while it was queued: by its own id, or, for what was made of a message (a forward, a
// replay), by that one's.
//
// It stands in front of others that came with the message: the first one counts.
#pragma once

#include "spool/id.h"

#include <string>
#include <string_view>

namespace spool {

inline constexpr std::string_view uidl_field = "X-UIDL: ";

// A whole field.
[[nodiscard]] inline std::string uidl_line(MessageId known_as)
{
    return std::string(uidl_field) + known_as.text() + "\r\n";
}

} // namespace spool
