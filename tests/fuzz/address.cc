// SPDX-License-Identifier: Apache-2.0
// Fuzz target: addresses; what is accepted is clean, and is read again as the same.
#include "text/address.h"

#include "check.h"
#include "text/lines.h"

#include <string>

using fuzz::promise;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view input = fuzz::text_of(data, size);
    (void)text::path_length(input);
    (void)text::unquote_local(input);
    for (const bool utf8 : {false, true}) {
        const auto path = text::parse_path(input, utf8);
        const auto mailbox = path ? path : text::parse_mailbox(input, utf8);
        if (!mailbox || mailbox->null())
            continue;
        promise(!text::has_control(mailbox->mailbox));
        promise(mailbox->utf8 == !text::is_ascii(mailbox->mailbox));
        promise(mailbox->local().size() <= text::max_local_part);
        promise(mailbox->domain().find_first_of("@%!<> ") == std::string_view::npos);
        auto again = text::parse_mailbox(mailbox->mailbox, utf8);
        promise(again.has_value());
        again->source_route = mailbox->source_route;
        promise(again == mailbox);
        const std::string wire = '<' + mailbox->mailbox + '>';
        promise(text::path_length(wire) == wire.size());
        (void)text::detour(*mailbox);
        (void)text::fold_case(*mailbox);
    }
    return 0;
}
