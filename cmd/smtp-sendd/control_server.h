// SPDX-License-Identifier: Apache-2.0
// smtp-sendd/control_server.h - serves operators' requests (delivery/control.h) on the
// local socket queuectl and smtp-relayd (ETRN) connect to.
//
// Who may connect is a matter of the directory's and the socket's modes.
#pragma once

#include "delivery/control.h"
#include "net/listener.h"
#include "net/loop.h"
#include "spool/queue.h"

#include <functional>
#include <string>

namespace sendd {

class ControlServer {
public:
    ControlServer(net::Loop& loop, spool::Queue& queue, delivery::ControlHooks hooks);

    // Opens the socket and serves it until `stopping`.  Throws Failure.
    void start(const std::string& directory, std::function<bool()> stopping);

    // A request of our own; its answer is nobody's.
    [[nodiscard]] net::Task<void> carry_out(delivery::ControlRequest request);

private:
    [[nodiscard]] net::Task<std::string> answer(delivery::ControlWork work);
    void serve(base::Fd connection);
    [[nodiscard]] net::Task<void> converse(base::Fd connection);

    net::Loop& loop_;
    spool::Queue& queue_;
    delivery::ControlHooks hooks_;
    std::uint32_t clients_ = 0;
};

} // namespace sendd
