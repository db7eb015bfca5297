// SPDX-License-Identifier: Apache-2.0
// ums/on_delete.h - what a user's deletion does to a message of the queue ([ums]
// on-delete).
#pragma once

#include <cstdint>

namespace ums {

enum class OnDelete : std::uint8_t {
    keep,     // nothing: it is there again at the next login
    hide,     // this user is not shown it again; it is delivered all the same
    withdraw, // it is delivered to this user no more
};

} // namespace ums
