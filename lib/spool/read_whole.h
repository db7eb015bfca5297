// SPDX-License-Identifier: Apache-2.0
// spool/read_whole.h - reads a message that may be erased meanwhile.
#pragma once

#include "spool/reader.h"

#include <functional>
#include <string>

namespace spool {

// All of it, in pieces of at most so many bytes.  False once it is being erased: what was
// taken until then was the message, and the rest is not to be had.  Throws Failure when the
// disk cannot.
[[nodiscard]] bool read_whole(const Message& message, Location where, std::size_t piece,
                              const std::function<void(const std::string&)>& take);

} // namespace spool
