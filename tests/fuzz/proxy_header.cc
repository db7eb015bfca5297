// SPDX-License-Identifier: Apache-2.0
// Fuzz target: PROXY headers.  A complete header needs every one of its bytes.
#include "smtp/proxy_header.h"

#include "check.h"
#include "text/lines.h"

#include <string>

using fuzz::promise;
using State = smtp::ProxyResult::State;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view input = fuzz::text_of(data, size);
    const auto found = smtp::parse_proxy_header(input);
    if (found.state == State::more)
        promise(size < smtp::max_proxy_v2);
    if (found.state != State::complete)
        return 0;
    promise(found.consumed > 0 && found.consumed <= size);
    for (std::size_t length = 0; length < found.consumed; length += 1 + length / 8)
        promise(smtp::parse_proxy_header(input.substr(0, length)).state == State::more);
    promise(!text::has_control(found.header.source));
    const std::string written = smtp::write_proxy_v2(found.header);
    const auto again = smtp::parse_proxy_header(written);
    promise(again.state == State::complete);
    promise(again.header.kind == found.header.kind);
    promise(again.header.source_port == found.header.source_port);
    return 0;
}
