// SPDX-License-Identifier: Apache-2.0
// proxy/pop3_refusal.h - what a client hears when it could not be brought to its mailbox.
//
// With a response code that says whether another password would help (RFC 2449 section 8,
// RFC 3206); of what is wrong behind us nothing is told.
#pragma once

#include "proxy/trouble.h"

#include <string>

namespace proxy {

// The whole line, with its end.
[[nodiscard]] std::string pop3_refusal(const Trouble& trouble);

} // namespace proxy
