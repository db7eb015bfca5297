// SPDX-License-Identifier: Apache-2.0
// smtp-relayd/queue_flush.cc - see the header.

#include "queue_flush.h"

#include "delivery/control_client.h"

namespace relayd {

net::Task<bool> ControlSocketFlush::flush(std::string domain)
{
    delivery::ControlRequest request{
        .what = delivery::ControlRequest::What::etrn, .ids = {}, .domain = domain};
    const auto answer = co_await delivery::ask_control(loop_, socket_, std::move(request));
    co_return answer && answer->what == delivery::ControlAnswer::What::end;
}

} // namespace relayd
