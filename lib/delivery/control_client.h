// SPDX-License-Identifier: Apache-2.0
// delivery/control_client.h - asks smtp-sendd something over its control socket, from a
// program with a loop (delivery/control.h; queuectl, which has none, asks for itself).
#pragma once

#include "delivery/control.h"
#include "net/loop.h"
#include "net/task.h"

#include <optional>
#include <string>

namespace delivery {

// Its last word, "end" or "error"; nothing: nobody answers in ten seconds.
[[nodiscard]] net::Task<std::optional<ControlAnswer>>
ask_control(net::Loop& loop, std::string socket, ControlRequest request);

} // namespace delivery
