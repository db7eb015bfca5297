// SPDX-License-Identifier: Apache-2.0
// Fuzz target: event records.  What is read is written and read again as the same.
#include "check.h"
#include "li/event.h"

using fuzz::promise;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const auto event = li::decode(fuzz::text_of(data, size));
    if (!event)
        return 0;
    const auto again = li::decode(li::encode(*event));
    promise(again.has_value());
    promise(*again == *event);
    return 0;
}
