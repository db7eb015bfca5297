// SPDX-License-Identifier: Apache-2.0
// spool/aside.h - work on a thread of its own.
#pragma once

#include "base/failure.h"

#include <future>
#include <string>
#include <system_error>
#include <utility>

namespace spool {

// As std::async.  Throws Failure when the system has no thread to give now: who asks tries
// again later, and the program goes on.
template <class... Work>
[[nodiscard]] auto aside(Work&&... work)
{
    try {
        return std::async(std::launch::async, std::forward<Work>(work)...);
    } catch (const std::system_error& none) {
        throw base::Failure(base::Remedy::try_later,
                            std::string("start a thread: ") + none.code().message());
    }
}

} // namespace spool
