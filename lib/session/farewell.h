// SPDX-License-Identifier: Apache-2.0
// session/farewell.h - closing a connection so that the last words arrive.
#pragma once

#include "net/stream.h"

namespace session {

// Before the stream is closed: takes what the peer has sent in the meantime, because
// closing with input unread would send a reset, which may overtake what we said last.
// Never waits, never throws.
void close_politely(net::Stream& stream);
// The same for a peer that has said its own last word: mostly all was heard, and close(2)
// alone says the rest.
void close_after_quit(net::Stream& stream);

} // namespace session
