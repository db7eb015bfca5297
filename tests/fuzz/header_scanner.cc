// SPDX-License-Identifier: Apache-2.0
// Fuzz target: the header scanner; the same facts however the message is cut.
#include "text/header_scanner.h"

#include "check.h"
#include "text/lines.h"

#include <algorithm>

using fuzz::promise;

namespace {

text::HeaderScanner scan(std::string_view input, std::size_t piece)
{
    text::HeaderScanner scanner;
    while (!input.empty() && !scanner.done()) {
        const std::string buffer(input.substr(0, piece));
        const std::size_t used = scanner.scan(buffer);
        promise(used == buffer.size() || scanner.done());
        input.remove_prefix(buffer.size());
    }
    scanner.finish();
    return scanner;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    if (size == 0)
        return 0;
    const std::string_view input = fuzz::text_of(data + 1, size - 1);
    const auto whole = scan(input, std::max<std::size_t>(input.size(), 1));
    const auto cut = scan(input, data[0] % 32 + 1U);
    promise(whole.size() == cut.size());
    promise(whole.fields() == cut.fields());
    promise(whole.received() == cut.received());
    promise(whole.delivered_to() == cut.delivered_to());
    promise(whole.longest_line() == cut.longest_line());
    promise(whole.has_return_path() == cut.has_return_path());
    promise(whole.has_message_id() == cut.has_message_id());
    promise(!text::has_control(whole.message_id()));
    promise(whole.message_id().size() <= 250);
    return 0;
}
