// SPDX-License-Identifier: Apache-2.0
// Envelopes as they stand in the log: whatever is read can be written and read again,
// also into an envelope that was used before.
#include "spool/envelope.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace {

// What the SMTP grammar lets into an envelope; encode refuses the rest by assert.
bool is_clean(std::string_view text)
{
    for (const char c : text)
        if ((static_cast<unsigned char>(c) < 0x20 && c != '\n') || c == 0x7f)
            return false;
    return true;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    static spool::Envelope used; // by every input before this one
    const auto envelope = spool::decode(text);
    if (spool::decode_to(used, text).has_value() == envelope.has_value() ||
        (envelope && used != *envelope))
        std::abort();
    if (!envelope || !is_clean(text))
        return 0;
    const auto again = spool::decode(spool::encode(*envelope));
    if (!again || *again != *envelope)
        std::abort();
    return 0;
}
