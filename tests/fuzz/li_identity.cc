// SPDX-License-Identifier: Apache-2.0
// Fuzz target: identities.  A canonical form is an end: it is its own canonical form.
#include "check.h"
#include "li/identity.h"

#include <string>

using fuzz::promise;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view input = fuzz::text_of(data, size);
    const li::Rules exact{.fold_case = false, .detail_separator = 0};
    for (const li::Rules& rules : {li::Rules{}, exact}) {
        const auto address = li::canonical_address(input, rules);
        const std::string login = li::canonical_login(input, rules);
        if (address)
            promise(login == *address && address->contains('@'));
        // One that was quoted ("a b"@example.org) is no address any more without quotes.
        const auto again = address ? li::canonical_address(*address, rules) : address;
        if (again && !input.contains('"'))
            promise(*again == *address);
    }
    return 0;
}
