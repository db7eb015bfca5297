// SPDX-License-Identifier: Apache-2.0
// Rewritten senders: what we sign comes back, what we did not sign never does.
#include "smtp/srs.h"

#include "check.h"
#include "seal/digest.h"

#include <cstddef>
#include <cstdint>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    static const smtp::Srs srs("srs.test", {"a secret"}, &seal::hmac_sha256);
    static const smtp::Srs other("srs.test", {"another"}, &seal::hmac_sha256);
    (void)srs.reverse(text, 20000);
    const std::string rewritten = srs.forward(text, 20000);
    if (rewritten == text)
        return 0;
    fuzz::promise(rewritten.ends_with("@srs.test"));
    const auto back = srs.reverse(rewritten, 20000);
    fuzz::promise(!back || srs.forward(*back, 20000) == rewritten);
    fuzz::promise(!other.reverse(rewritten, 20000));
    return 0;
}
