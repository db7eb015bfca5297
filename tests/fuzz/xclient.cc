// SPDX-License-Identifier: Apache-2.0
// Fuzz target: XCLIENT; what was read is written in lines that fit and are read again.
#include "smtp/xclient.h"

#include "check.h"
#include "text/lines.h"

using fuzz::promise;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const auto client = smtp::parse_xclient(fuzz::text_of(data, size));
    if (!client)
        return 0;
    for (const auto* text :
         {&client->name, &client->helo, &client->login, &client->address})
        promise(!text::has_control(text->value_or("")));
    for (const auto& lines : {smtp::write_xclient(*client, smtp::xclient_offer),
                              smtp::write_xforward(*client, "NAME ADDR PORT PROTO HELO")})
        for (const std::string& line : lines) {
            promise(line.size() <= 510);
            promise(!text::has_control(line));
            const auto again = smtp::parse_xclient(line.substr(line.find(' ')));
            promise(again.has_value());
            promise(!again->port || again->port == client->port);
            promise(!again->name || again->name == client->name || again->name == "");
        }
    return 0;
}
