// SPDX-License-Identifier: Apache-2.0
// smtp-relayd/queue_flush.h - ETRN, passed on to smtp-sendd over its control socket.
#pragma once

#include "net/loop.h"
#include "session/smtp_server.h"

#include <string>

namespace relayd {

class ControlSocketFlush : public session::QueueFlush {
public:
    ControlSocketFlush(net::Loop& loop, std::string socket)
        : loop_(loop), socket_(std::move(socket))
    {
    }
    [[nodiscard]] net::Task<bool> flush(std::string domain) override;

private:
    net::Loop& loop_;
    std::string socket_;
};

} // namespace relayd
