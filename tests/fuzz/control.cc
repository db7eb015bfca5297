// SPDX-License-Identifier: Apache-2.0
// Fuzz target: what operators ask of the queue, and the answers: read, written, read again.
#include "delivery/control.h"

#include "check.h"

using fuzz::promise;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view line = fuzz::text_of(data, size);
    if (const auto request = delivery::parse_request(line)) {
        promise(request->ids.size() <= delivery::max_control_ids);
        promise(delivery::parse_request(delivery::format_request(*request)) == *request);
    }
    if (const auto answer = delivery::parse_answer(line)) {
        std::string again;
        delivery::append_answer(again, *answer);
        again.pop_back();
        promise(delivery::parse_answer(again) == answer);
    }
    return 0;
}
