// SPDX-License-Identifier: Apache-2.0
// Fuzz target: whom the first message of each SASL mechanism names.
#include "check.h"
#include "sasl/identity.h"
#include "text/lines.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view input = fuzz::text_of(data, size);
    for (const std::string_view mechanism :
         {"PLAIN", "LOGIN", "XOAUTH2", "OAUTHBEARER", "SCRAM-SHA-256"}) {
        const auto who = sasl::identify(mechanism, input);
        if (!who)
            continue;
        // Names go into log lines and questions to the routes table.
        fuzz::promise(!text::has_control(who->user) && !text::has_control(who->acts_as));
        fuzz::promise(!who->user.empty() || mechanism == "OAUTHBEARER");
    }
    return 0;
}
