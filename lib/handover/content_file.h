// SPDX-License-Identifier: Apache-2.0
// handover/content_file.h - content as a file of its own: the message, not the dialogue.
#pragma once

#include "li/event.h"

#include <string>
#include <string_view>

namespace handover {

// What a mail program would store: SMTP's DATA and POP3's answers without the dots that
// those protocols add (RFC 5321 4.5.2, RFC 1939 3) and without the final one, if it came;
// everything else as it is.
[[nodiscard]] std::string message_of(const li::Event& event, std::string_view content);

} // namespace handover
