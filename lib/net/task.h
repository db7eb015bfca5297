// SPDX-License-Identifier: Apache-2.0
// net/task.h - coroutines: what a dialogue returns.
#pragma once

#include "base/compiler.h"

#include <boost/asio/awaitable.hpp>

namespace net {

template <class T>
using Task = boost::asio::awaitable<T>;

} // namespace net
