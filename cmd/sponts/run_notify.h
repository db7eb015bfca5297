// SPDX-License-Identifier: Apache-2.0
// sponts/run_notify.h - hears "READY=1" from the programs (sd_notify(3), the other end).
#pragma once

#include "base/fd.h"

#include <string>
#include <sys/types.h>
#include <vector>

namespace sponts {

class NotifySocket {
public:
    // An abstract address: nothing to remove afterwards, no length limit by long paths.
    // Anyone on the machine can send to it, so the kernel tells us who did
    // (SCM_CREDENTIALS) and the supervisor asks whether that is a child of ours.
    NotifySocket();

    [[nodiscard]] int fd() const { return fd_.get(); }
    [[nodiscard]] const std::string& address() const { return address_; }
    // Who said READY=1 since the last call.
    [[nodiscard]] std::vector<pid_t> take_ready();

private:
    base::Fd fd_;
    std::string address_;
};

} // namespace sponts
